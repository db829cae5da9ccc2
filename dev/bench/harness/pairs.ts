/** Two samples taken in succession, so that whatever slows the machine down affects both. */
export type Pair<Sample> = { measured: Sample; against: Sample };

/**
 * Takes samples of two things in turn (A B A B …), so that their ratio holds even when the machine's speed changes.
 *
 * @param measure gets the number of the pair, from 0.
 */
export const measureInPairs = async <Sample>(
  count: number,
  measure: (pair: number) => Promise<Sample>,
  measureAgainst: (pair: number) => Promise<Sample>,
): Promise<Pair<Sample>[]> => {
  const pairs: Pair<Sample>[] = [];
  for (let pair = 0; pair < count; pair += 1) {
    const measured = await measure(pair);
    const against = await measureAgainst(pair);
    pairs.push({ measured, against });
  }
  return pairs;
};

/** The ratio of each pair. */
export const ratios = (pairs: readonly Pair<number>[]): number[] =>
  pairs.map(({ measured, against }) => measured / against);
