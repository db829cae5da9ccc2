import type { Freshness, SealedKey, TenantStore } from '../store/tenant-store.ts';

/** Look this often whether the detector is done. */
const everyMs = 100;

/** Resolves after so many milliseconds. */
export type Wait = (ms: number) => Promise<unknown>;

export type CatchUpOptions = {
  /** Enough for the caller. */
  isEnough: (freshness: Freshness) => boolean;
  patienceMs: number;
  /** Whether the caller still waits. */
  isWanted: () => boolean;
  wait: Wait;
};

/**
 * Makes the detector look at Topo now, and waits until what it has read is enough, or patience is over. Calls that come
 * meanwhile wait for the same look. Returns how far the workspace has been read by then.
 */
export const catchUp = async (
  store: Pick<TenantStore, 'watch' | 'lookNow'>,
  key: SealedKey,
  { isEnough, patienceMs, isWanted, wait }: CatchUpOptions,
): Promise<Freshness> => {
  for (let waitedMs = 0; ; waitedMs += everyMs) {
    await store.lookNow();
    const freshness = await store.watch(key);
    const isOver = waitedMs >= patienceMs || !isWanted();
    if (isOver || freshness.isKeyRefused || isEnough(freshness)) return freshness;
    await wait(everyMs);
  }
};
