/** How often each person of a set was chosen. */
export type Turns = ReadonlyMap<string, number>;

/** Whose turn it is among those who can be chosen: whoever was chosen least often; of several the first by id. */
export const nextInTurn = (
  turns: Turns,
  eligible: readonly string[],
): { userId: string; taken: number } | undefined => {
  const [next] = eligible
    .map((userId) => ({ userId, taken: turns.get(userId) ?? 0 }))
    .toSorted((one, other) => one.taken - other.taken || (one.userId < other.userId ? -1 : 1));
  return next;
};
