/**
 * The value that so many percent of the samples do not exceed.
 *
 * @throws RangeError without samples.
 */
export const percentile = (samples: readonly number[], percent: number): number => {
  const sorted = samples.toSorted((left, right) => left - right);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('There is no percentile of nothing.');
  return value;
};
