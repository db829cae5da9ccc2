/** So few rows of some kilobytes are written by one statement that none comes near its time-out. */
const chunkRows = 500;

/** The same items in order, in lists that one statement can take. */
export const inChunks = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / chunkRows) }, (_, index) =>
    items.slice(index * chunkRows, (index + 1) * chunkRows),
  );
