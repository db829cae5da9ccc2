const firstConcurrency = 8;
const doublesEveryMs = 1_000;

/**
 * How many deliveries may be under way so long after the start, up to `most`: a restart goes from little to much, and
 * does not throw at Zapier at once what has piled up.
 */
export const rampUp = (sinceStartMs: number, most: number): number =>
  Math.min(most, firstConcurrency * 2 ** Math.floor(Math.max(0, sinceStartMs) / doublesEveryMs));
