const minuteMs = 60_000;

/** Look-ups are spread: in this time no more of them are made than make up their share of a minute. */
const stretchMs = 10_000;

/** How often one poll may call Topo. All processes share it: the requests of the last minute are stored with the workspace. */
export type RequestBudget = {
  /** Spends one request of a scan and returns 0, or returns how many milliseconds to wait for the next. */
  spend(): number;
  /** The same for a look-up. */
  spendOnLookUp(): number;
  /** When requests of the last minute were made, those of earlier polls included. */
  readonly spentAtMs: readonly number[];
  /** Those of them that were look-ups. */
  readonly lookedUpAtMs: readonly number[];
};

/** `hasLookUps`: look-ups wait, so scans leave them their share. */
export type LookUpShare = { lookedUpAtMs?: readonly number[]; hasLookUps?: boolean };

/** What is left of a list when each element of another one is taken away once. */
const without = (times: readonly number[], others: readonly number[]): number[] => {
  const left = [...times];
  for (const other of others) {
    const index = left.indexOf(other);
    if (index !== -1) left.splice(index, 1);
  }
  return left;
};

/** How long to wait until fewer than `max` of these lie within the last `spanMs`; the times ascend. */
const waitFor = (times: readonly number[], max: number, spanMs: number, nowMs: number): number => {
  const oldest = times.at(-Math.max(1, max));
  return oldest === undefined ? 0 : Math.max(0, oldest + spanMs - nowMs);
};

/**
 * Keeps polling from using up what Topo allows the workspace's owner: at most `perMinute` requests in any minute. Look-ups
 * get at most half of them, and while some wait, a quarter is theirs alone: neither they nor the scans starve.
 *
 * @param spentAtMs when earlier requests were made.
 * @param clock milliseconds since 1970, by the clock that `spentAtMs` is from.
 */
export const createRequestBudget = (
  perMinute: number,
  spentAtMs: readonly number[],
  clock: () => number,
  { lookedUpAtMs = [], hasLookUps = false }: LookUpShare = {},
): RequestBudget => {
  const begunAtMs = clock();
  // After the clock was set back, times in the future would block the workspace until then.
  const past = (times: readonly number[]) => times.map((atMs) => Math.min(atMs, begunAtMs));
  let lookUps = past(lookedUpAtMs);
  let scans = without(past(spentAtMs), lookUps);

  const maxLookUps = Math.max(1, Math.floor(perMinute / 2));
  const maxInStretch = Math.ceil((maxLookUps * stretchMs) / minuteMs);
  const maxScans = hasLookUps ? perMinute - Math.floor(perMinute / 4) : perMinute;

  const all = () => [...scans, ...lookUps].toSorted((one, other) => one - other);
  const forget = (nowMs: number) => {
    scans = scans.filter((atMs) => atMs > nowMs - minuteMs);
    lookUps = lookUps.filter((atMs) => atMs > nowMs - minuteMs);
  };

  return {
    spend() {
      const nowMs = clock();
      forget(nowMs);
      const waitMs = Math.max(waitFor(all(), perMinute, minuteMs, nowMs), waitFor(scans, maxScans, minuteMs, nowMs));
      if (waitMs === 0) scans.push(nowMs);
      return waitMs;
    },
    spendOnLookUp() {
      const nowMs = clock();
      forget(nowMs);
      const waitMs = Math.max(
        waitFor(all(), perMinute, minuteMs, nowMs),
        waitFor(lookUps, maxLookUps, minuteMs, nowMs),
        waitFor(lookUps, maxInStretch, stretchMs, nowMs),
      );
      if (waitMs === 0) lookUps.push(nowMs);
      return waitMs;
    },
    get spentAtMs() {
      return all();
    },
    get lookedUpAtMs() {
      return lookUps;
    },
  };
};
