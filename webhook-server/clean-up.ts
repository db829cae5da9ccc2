import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './log.ts';
import type { Retention, WorkStore } from './store/work-store.ts';

export type CleanUpPorts = {
  store: Pick<WorkStore, 'claimCleanUp' | 'removeExpired' | 'finishCleanUp' | 'msUntilCleanUp'>;
  retention: Retention;
  log: Log;
};

/** Few enough rows in one transaction that a delivery waits at most some milliseconds for it. */
const batchRows = 200;

/** Leave the database to others for this long between two batches. */
const pauseMs = 20;

const leaseMs = 60_000;
const intervalMs = 3_600_000;

/** Removes what is past its retention, batch by batch, once an hour in one of the processes. */
export const createCleanUp = ({ store, retention, log }: CleanUpPorts) => {
  /** Returns the number of removed rows, or `undefined` when another process has taken over. */
  const removeAll = async (lease: string, signal: AbortSignal): Promise<number | undefined> => {
    let removed = 0;
    while (!signal.aborted) {
      const outcome = await store.removeExpired({ lease, leaseMs, retention, limit: batchRows });
      if (outcome.kind === 'lease lost') return undefined;
      removed += outcome.count;
      if (outcome.count < batchRows && outcome.goesOn !== true) break;
      await delay(pauseMs);
    }
    return removed;
  };

  return {
    async claim(): Promise<string[]> {
      const lease = await store.claimCleanUp({ leaseMs });
      return lease === undefined ? [] : [lease];
    },

    async run(lease: string, signal: AbortSignal): Promise<void> {
      const removed = await removeAll(lease, signal);
      if (removed === undefined) return;
      await store.finishCleanUp({ lease, againInMs: signal.aborted ? 0 : intervalMs });
      if (removed > 0) log.info({ removed }, 'cleaned up');
    },

    msUntilDue: (): Promise<number> => store.msUntilCleanUp(),
  };
};
