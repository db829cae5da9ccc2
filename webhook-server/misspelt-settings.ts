/** How names of ours begin, and those of other programs hardly do. */
const ownBeginnings = [
  'DEAD_LETTER',
  'ENCRYPTION_KEY',
  'HOOKS_',
  'HOOK_',
  'KEEP_ALIVE',
  'POLL_',
  'RETENTION',
  'TOPO_API_U',
  'TOPO_REQ',
  'TOPO_TASK',
  'TRUSTED_PROX',
  'TRUST_PROX',
];

/** A short name has many neighbours that mean something else: HOME is two letters away from HOST. */
const isNear = (distance: number, known: string): boolean => distance <= (known.length < 8 ? 1 : 2);

/** How many letters must be put in, left out or exchanged to make one word of the other. */
const distanceBetween = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [column, otherLetter] of [...other].entries()) {
      const exchanged = (row[column] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(exchanged, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

/**
 * Variables that nobody reads and that look like ours, each with the one that was probably meant.
 *
 * @param names of the variables that are set.
 * @param known the names of all settings.
 */
export const findMisspelt = (
  names: readonly string[],
  known: readonly string[],
): { name: string; probably: string }[] => {
  const isKnown = new Set(known);
  return names.flatMap((name) => {
    if (isKnown.has(name)) return [];
    const upper = name.toUpperCase();
    const [nearest] = known
      .map((setting) => ({ setting, distance: distanceBetween(upper, setting) }))
      .sort((one, other) => one.distance - other.distance);
    if (nearest === undefined) return [];
    const isOurs =
      isNear(nearest.distance, nearest.setting) || ownBeginnings.some((beginning) => upper.startsWith(beginning));
    return isOurs ? [{ name, probably: nearest.setting }] : [];
  });
};
