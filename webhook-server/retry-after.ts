/** `Date.parse` takes much for a date that is none, such as “-5”. Those of HTTP begin with the day of the week. */
const startsWithDay = /^\s*(mon|tue|wed|thu|fri|sat|sun)/i;

/**
 * How long a `Retry-After` asks to wait, in milliseconds: given in seconds, or as a date.
 *
 * @returns `undefined` when there is none, or it is neither.
 */
export const retryAfterMs = (value: string | undefined, nowMs: number): number | undefined => {
  if (value === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value) * 1000;
  const untilMs = startsWithDay.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(untilMs) ? undefined : Math.max(0, untilMs - nowMs);
};
