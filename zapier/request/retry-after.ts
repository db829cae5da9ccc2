const date = /[a-z]{3}/i;

const secondsOf = (text: string, nowMs: number): number | undefined => {
  if (/^\d+$/.test(text)) return Number(text);
  const seconds = date.test(text) ? Math.ceil((Date.parse(text) - nowMs) / 1000) : Number.NaN;
  return Number.isNaN(seconds) ? undefined : seconds;
};

/**
 * How many seconds a `Retry-After` header asks to wait, at least one: it holds seconds or a date. `undefined` when there
 * is no header or it holds neither.
 */
export const retryAfterSeconds = (header: string | undefined, nowMs: number): number | undefined => {
  const seconds = secondsOf(header?.trim() ?? '', nowMs);
  return seconds === undefined ? undefined : Math.max(1, seconds);
};
