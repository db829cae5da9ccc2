import type { TargetVerdict } from '../hook-target.ts';
import type { Log } from '../log.ts';
import type { EndNotice, WorkStore } from '../store/work-store.ts';
import type { AttemptResult } from './retry-policy.ts';
import type { Transport } from './transport.ts';

export type EndNoticePorts = {
  store: Pick<WorkStore, 'claimEndNotices' | 'closeEndNotice'>;
  transport: Pick<Transport, 'delete'>;
  /** The target of the hook that has ended, if it is still allowed. */
  targetOf: (notice: EndNotice) => TargetVerdict;
  /** Milliseconds, from any start; never goes back. */
  monotonicClock: () => number;
  log: Log;
};

/** A notice that was not received is sent again every hour, for a day. */
const schedule = { againInMs: 3_600_000, mostAttempts: 24 };

/** Notices are few and not urgent: while there is other work, look for them this often. */
const intervalMs = 1_000;

/** Any response counts as received, except 429, 5xx and time-outs. */
const isReceived = (result: AttemptResult): boolean =>
  result.kind === 'answered' && result.status !== 429 && result.status < 500;

/** Tells Zapier when we end a hook ourselves, so that its Zap shows as paused. */
export const createEndNotices = ({ store, transport, targetOf, monotonicClock, log }: EndNoticePorts) => {
  let claimedAt = Number.NEGATIVE_INFINITY;

  return {
    /**
     * Claims notices that are due, at most `limit`. `isIdle`: there is no other work. Otherwise a store that fails here
     * must not hold up the other work.
     */
    async claim(limit: number, { isIdle }: { isIdle: boolean }): Promise<EndNotice[]> {
      if (!isIdle && monotonicClock() - claimedAt < intervalMs) return [];
      claimedAt = monotonicClock();
      try {
        return await store.claimEndNotices({ limit, ...schedule });
      } catch (error) {
        if (isIdle) throw error;
        log.error({ error }, 'the notices about hooks that have ended cannot be read; trying again');
        return [];
      }
    },

    async send(notice: EndNotice, signal: AbortSignal): Promise<void> {
      const { hookId, reason } = notice;
      if (notice.attempt === 1) log.error({ hookId, reason }, 'the hook has ended');
      const target = targetOf(notice);
      const isDone = target.kind === 'refused' || isReceived(await transport.delete({ url: target.url, signal }));
      if (isDone) await store.closeEndNotice(hookId);
    },
  };
};
