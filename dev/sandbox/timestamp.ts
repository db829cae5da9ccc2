/** A moment in whole microseconds since 1970, because Topo's timestamps may be finer than a `Date`. */
export type Instant = number;

/** The decimal places of a second in a timestamp. */
export type TimestampDigits = 0 | 3 | 6;

const microsecondsPerMinute = 60_000_000;

/** Truncates a moment to what a timestamp with so many digits can hold. */
export const truncateInstant = (instant: Instant, digits: TimestampDigits): Instant => {
  const step = 10 ** (6 - digits);
  return Math.floor(instant / step) * step;
};

/** The moment of a `Date`. */
export const instantOf = (date: Date): Instant => date.getTime() * 1000;

/** Parses ISO 8601; `undefined` for any other text. Digits beyond the millisecond are kept. */
export const parseInstant = (text: string): Instant | undefined => {
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?)?$/i.exec(text);
  const [, day = '', time = '00:00', fraction = '', offset = 'Z'] = match ?? [];
  const milliseconds = Date.parse(`${day}T${time}${offset.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return milliseconds * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
};

const minutesOf = (offset: string): number => {
  const match = /^([+-])(\d\d):(\d\d)$/.exec(offset);
  if (match === null) return 0;
  const [, sign, hours, minutes] = match;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
};

/** Writes a moment as ISO 8601, for instance `2026-01-31T10:00:00.125Z` or `2026-01-31T12:00:00+02:00`. */
export const formatInstant = (instant: Instant, digits: TimestampDigits, offset: string): string => {
  const local = instant + minutesOf(offset) * microsecondsPerMinute;
  const seconds = new Date(Math.floor(local / 1000)).toISOString().slice(0, 19);
  const microseconds = String(local % 1_000_000).padStart(6, '0');
  const fraction = digits === 0 ? '' : `.${microseconds.slice(0, digits)}`;
  return `${seconds}${fraction}${offset}`;
};

/**
 * Creates a clock in microseconds. With six digits, moments within one millisecond are counted up: a clock in
 * microseconds would tell them apart, and a reader that uses `Date` would not.
 */
export const createNow = (clock: () => Date, digits: TimestampDigits): (() => Instant) => {
  let millisecond = 0;
  let count = 0;
  return () => {
    const current = instantOf(clock());
    count = current === millisecond ? Math.min(count + 1, 999) : 0;
    millisecond = current;
    return truncateInstant(current + count, digits);
  };
};
