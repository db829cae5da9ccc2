/** At most this many deliveries are under way at once: enough for dozens of hanging hooks, each with its share. */
export const maxDeliveries = 256;

const firstConcurrency = 8;
const doublesEveryMs = 1_000;

/**
 * How many deliveries may be under way at this time after the start. After a restart the number grows slowly, so that
 * Zapier does not get everything that has piled up at once.
 */
export const rampUp = (sinceStartMs: number): number =>
  Math.min(maxDeliveries, firstConcurrency * 2 ** Math.floor(Math.max(0, sinceStartMs) / doublesEveryMs));
