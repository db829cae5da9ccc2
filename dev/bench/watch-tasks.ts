import { createDetector } from '../../webhook-server/detector/detector.ts';
import { createLog } from '../../webhook-server/log.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import { createTopoClient } from '../../webhook-server/topo-client.ts';
import type { TopoPlace } from './sandbox-process.ts';
import { vault } from './watch-workspace.ts';

/** The detector over a store of its own, whose clock moves on by itself. */
export type WatchedTasks = {
  /** Lets the time pass until the workspace is due, and polls it. */
  poll(): Promise<void>;
  close(): Promise<void>;
};

const dayMs = 24 * 3_600_000;

export const watchTasks = (path: string, place: TopoPlace): WatchedTasks => {
  let nowMs = Date.now();
  let budgetMs = 0;
  const store = createSqliteStore(path, () => nowMs);
  const detector = createDetector({
    store: store.work,
    vault,
    call: createTopoClient(place.url).call,
    pace: { intervalMs: 15_000, idleIntervalMs: 60_000, sweepIntervalMs: 365 * dayMs },
    requestsPerMinute: 60,
    // A minute later each time, so that no request has to wait for the budget.
    monotonicClock: () => {
      budgetMs += 60_000;
      return budgetMs;
    },
    random: () => 0.5,
    log: createLog('error'),
  });
  const { signal } = new AbortController();

  return {
    async poll() {
      nowMs += (await store.work.msUntilPoll()) ?? 0;
      const [claim] = await detector.claim(1);
      if (claim === undefined) throw new Error('The workspace is not due.');
      await detector.run(claim, signal);
    },
    close: () => store.close(),
  };
};
