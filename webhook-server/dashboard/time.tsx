/** A moment. A script of ours shows it in the reader's zone; until then it is in UTC, and says so. */
export const Time = ({ ms }: { ms: number }) => {
  const iso = new Date(ms).toISOString();
  return <time datetime={iso}>{`${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`}</time>;
};

const units = [
  { name: 'day', ms: 24 * 3_600_000 },
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
] as const;

/** A span of time in words, in its largest unit: `3 hours`. */
export const spanOf = (ms: number): string => {
  const unit = units.find((one) => ms >= one.ms);
  const count = Math.floor(ms / (unit?.ms ?? 1_000));
  return `${count} ${unit?.name ?? 'second'}${count === 1 ? '' : 's'}`;
};

/** `1 delivery`, `3 deliveries`. */
export const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
