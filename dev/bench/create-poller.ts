import { createDetector } from '../../webhook-server/detector/detector.ts';
import { createLog } from '../../webhook-server/log.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import { createTopoClient } from '../../webhook-server/topo-client.ts';
import { vault } from './hooks-in-store.ts';
import type { TopoPlace } from './sandbox-process.ts';

/** A detector with a store and a clock of its own. */
export type Poller = {
  /** Advances the clock until the workspace is due, and polls it. */
  poll(): Promise<void>;
  close(): Promise<void>;
};

const dayMs = 24 * 3_600_000;

export const createPoller = (path: string, place: TopoPlace): Poller => {
  let nowMs = Date.now();
  let budgetMs = 0;
  const store = createSqliteStore(path, () => nowMs);
  const detector = createDetector({
    store: store.work,
    vault,
    call: createTopoClient(place.url).call,
    intervals: { intervalMs: 15_000, idleIntervalMs: 60_000, reconcileIntervalMs: 365 * dayMs },
    keepClosedMs: 30 * 24 * 3_600_000,
    requestsPerMinute: 60,
    mostPolls: 8,
    gatherMs: { usual: 0, urgent: 0 },
    // Advances by a minute at each call, so that no request waits for the rate limit.
    monotonicClock: () => {
      budgetMs += 60_000;
      return budgetMs;
    },
    random: () => 0.5,
    log: createLog('error', process.stdout),
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
