const minuteMs = 60_000;

/** How often one poll may call Topo. All processes share it: the requests of the last minute are stored with the workspace. */
export type RequestBudget = {
  /** Spends one request and returns 0, or returns how many milliseconds to wait for the next. */
  spend(): number;
  /** When requests of the last minute were made, those of earlier polls included. */
  readonly spentAtMs: readonly number[];
};

/**
 * Keeps polling from using up what Topo allows the workspace's owner: at most `perMinute` requests in any minute.
 *
 * @param spentAtMs when earlier requests were made.
 * @param clock milliseconds since 1970, by the clock that `spentAtMs` is from.
 */
export const createRequestBudget = (
  perMinute: number,
  spentAtMs: readonly number[],
  clock: () => number,
): RequestBudget => {
  const begunAtMs = clock();
  // After the clock was set back, times in the future would block the workspace until then.
  let recent = spentAtMs.map((atMs) => Math.min(atMs, begunAtMs));

  return {
    spend() {
      const nowMs = clock();
      recent = recent.filter((atMs) => atMs > nowMs - minuteMs);
      const [oldest] = recent;
      if (oldest !== undefined && recent.length >= perMinute) return oldest + minuteMs - nowMs;
      recent.push(nowMs);
      return 0;
    },
    get spentAtMs() {
      return recent;
    },
  };
};
