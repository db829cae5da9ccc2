/**
 * Does the work for one item after the other, at most `width` at a time, and begins no more of it once `mayGoOn` answers
 * no. The results stand in the order of the items; `undefined` stands for what was not begun.
 */
export const mapConcurrently = async <Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
  mayGoOn: () => boolean = () => true,
): Promise<(Result | undefined)[]> => {
  const results: (Result | undefined)[] = items.map(() => undefined);
  const waiting = items.entries();
  const goOn = async (): Promise<void> => {
    while (mayGoOn()) {
      const next = waiting.next();
      if (next.done === true) return;
      const [position, item] = next.value;
      results[position] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, goOn));
  return results;
};
