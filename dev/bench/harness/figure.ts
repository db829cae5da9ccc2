/** One result of a benchmark. */
export type Figure = {
  figure: string;
  value: number;
  unit: string;
  /** What the value is compared with; for a ratio, its denominator. */
  against?: string | undefined;
  /** The number of measured pairs; then `value` is their median, and `min` and `max` are their range. */
  pairs?: number | undefined;
  min?: number | undefined;
  max?: number | undefined;
  /** The target, for a figure that has one. */
  atMost?: number | undefined;
  atLeast?: number | undefined;
};

/** A figure before it is measured. */
export type Title = Pick<Figure, 'figure' | 'unit' | 'against' | 'atMost' | 'atLeast'>;

/** Whether a figure reaches its target; undefined when it has none. */
export const isReached = ({ value, atMost, atLeast }: Figure): boolean | undefined => {
  if (atMost === undefined && atLeast === undefined) return undefined;
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
};

/** @throws RangeError without samples. */
export const median = (samples: readonly number[]): number => {
  const sorted = samples.toSorted((left, right) => left - right);
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const upper = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (lower === undefined || upper === undefined) throw new RangeError('There is no median of nothing.');
  return (lower + upper) / 2;
};

/**
 * The value that `percent` % of the samples do not exceed.
 *
 * @throws RangeError without samples.
 */
export const percentile = (samples: readonly number[], percent: number): number => {
  const sorted = samples.toSorted((left, right) => left - right);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('There is no percentile of nothing.');
  return value;
};

/** The figure of one sample per pair: their median, with minimum and maximum. */
export const medianFigure = (title: Title, samples: readonly number[]): Figure => ({
  ...title,
  value: median(samples),
  pairs: samples.length,
  min: Math.min(...samples),
  max: Math.max(...samples),
});
