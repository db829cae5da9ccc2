/** Whether the store knows a key by this hash: some workspace has it in use, or as a spare. */
export type IsKnownKey = (hash: string) => Promise<boolean>;

/** Read the store again at most this often, however many strange keys come. */
const rereadMs = 10_000;

/**
 * Remembers the hashes of all keys in the store, and reads them anew when a hash is not among them. A key that another
 * process has stored since then is a stranger for some seconds.
 *
 * @param readHashes reads them from the store.
 * @param clock milliseconds, from any start; never goes back.
 */
export const createKnownKeys = (readHashes: () => Promise<string[]>, clock: () => number): IsKnownKey => {
  let read: { atMs: number; hashes: Promise<ReadonlySet<string>> } | undefined;

  const reread = (): Promise<ReadonlySet<string>> => {
    if (read !== undefined && clock() - read.atMs < rereadMs) return read.hashes;
    const hashes = readHashes().then(
      (list) => new Set(list),
      (error: unknown) => {
        read = undefined;
        throw error;
      },
    );
    read = { atMs: clock(), hashes };
    return hashes;
  };

  return async (hash) => {
    if ((await read?.hashes)?.has(hash)) return true;
    return (await reread()).has(hash);
  };
};
