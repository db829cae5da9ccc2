/**
 * Maps items with an async function, at most `concurrency` at a time, and starts no more once `mayContinue` returns
 * false. The results are in the order of the items; `undefined` marks an item that was never started.
 */
export const mapConcurrently = async <Item, Result>(
  items: readonly Item[],
  concurrency: number,
  map: (item: Item) => Promise<Result>,
  mayContinue: () => boolean = () => true,
): Promise<(Result | undefined)[]> => {
  const results: (Result | undefined)[] = items.map(() => undefined);
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    while (mayContinue()) {
      const next = waiting.next();
      if (next.done === true) return;
      const [position, item] = next.value;
      results[position] = await map(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return results;
};
