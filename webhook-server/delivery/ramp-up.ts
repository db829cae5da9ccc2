/** So many deliveries are under way at most: enough for dozens of hooks that hang, each with its share. */
export const mostDeliveries = 256;

const firstConcurrency = 8;
const doublesEveryMs = 1_000;

/**
 * How many deliveries may be under way so long after the start: a restart goes from little to much, and
 * does not throw at Zapier at once what has piled up.
 */
export const rampUp = (sinceStartMs: number): number =>
  Math.min(mostDeliveries, firstConcurrency * 2 ** Math.floor(Math.max(0, sinceStartMs) / doublesEveryMs));
