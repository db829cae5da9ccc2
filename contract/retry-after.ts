/** HTTP dates begin with the day of the week. `Date.parse` alone takes much that is no date, such as “-5”. */
const startsWithDay = /^\s*(mon|tue|wed|thu|fri|sat|sun)/i;

const wholeSeconds = /^\s*\d+\s*$/;
const fractionalSeconds = /^\s*\d+(\.\d+)?\s*$/;

/**
 * How long a `Retry-After` header asks to wait, in milliseconds: it holds seconds or an HTTP date.
 *
 * @param nowMs the clock that a date is compared with; without one, only seconds count.
 * @param fractions whether seconds may have a fraction, which HTTP does not allow and some servers send.
 * @returns never less than 0; `undefined` when there is no header, or it holds neither.
 */
export const retryAfterMs = (
  header: string | undefined,
  nowMs: number | undefined,
  { fractions = false }: { fractions?: boolean } = {},
): number | undefined => {
  if (header === undefined) return undefined;
  if ((fractions ? fractionalSeconds : wholeSeconds).test(header)) return Number(header) * 1000;
  const untilMs = startsWithDay.test(header) ? Date.parse(header) : Number.NaN;
  return nowMs === undefined || Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs - nowMs);
};
