const minuteMs = 60_000;

/** What one poll may ask of Topo. All processes share it: what was spent travels with the workspace's lease. */
export type RequestBudget = {
  /** Spends one request and answers 0, or answers how many milliseconds to wait for the next. */
  spend(): number;
  /** When requests of the last minute were made, those of earlier polls included. */
  readonly spentAtMs: readonly number[];
};

/**
 * Keeps the polling of a workspace from using up what Topo allows its owner: in no minute are there more requests than
 * `perMinute`.
 *
 * @param spentAtMs when earlier requests were made.
 * @param clock milliseconds since 1970, by the clock that those times are from.
 */
export const createRequestBudget = (
  perMinute: number,
  spentAtMs: readonly number[],
  clock: () => number,
): RequestBudget => {
  const begunAtMs = clock();
  // Were the clock set back, what seems to lie ahead would block the workspace until then.
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
