/** HTTP dates begin with the day of the week. `Date.parse` alone takes much that is no date, such as “-5”. */
const startsWithDay = /^\s*(mon|tue|wed|thu|fri|sat|sun)/i;

const wholeSeconds = /^\s*\d+\s*$/;
const fractionalSeconds = /^\s*\d+(\.\d+)?\s*$/;

/** Wait at least this long: a target that asks for less would be called again and again. */
const minMs = 5_000;

/** The longest wait that a caller grants in milliseconds, and whether seconds may have a fraction. */
export type RetryAfterOptions = {
  maxMs: number;
  /** HTTP allows no fractions, and some servers send them. */
  fractions?: boolean;
};

const askedMs = (header: string, nowMs: number | undefined, fractions: boolean): number => {
  if ((fractions ? fractionalSeconds : wholeSeconds).test(header)) return Number(header) * 1000;
  return startsWithDay.test(header) && nowMs !== undefined ? Date.parse(header) - nowMs : Number.NaN;
};

/**
 * How long to wait because of a `Retry-After` header, in milliseconds: it holds seconds or an HTTP date. A mistake in a
 * header must neither rush nor silence its sender, so the wait is at least 5 s and at most `maxMs`, whatever was asked.
 *
 * @param nowMs the clock that a date is compared with; without one, only seconds count.
 * @returns `undefined` when there is no header, or it holds neither.
 */
export const retryAfterMs = (
  header: string | undefined,
  nowMs: number | undefined,
  { maxMs, fractions = false }: RetryAfterOptions,
): number | undefined => {
  if (header === undefined) return undefined;
  const ms = askedMs(header, nowMs, fractions);
  return Number.isNaN(ms) ? undefined : Math.round(Math.min(Math.max(ms, minMs), maxMs));
};
