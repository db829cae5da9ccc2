import type { TargetVerdict } from '../hook-target.ts';
import type { Log } from '../log.ts';
import type { Farewell, WorkStore } from '../store/work-store.ts';
import type { AttemptResult } from './retry-policy.ts';
import type { Transport } from './transport.ts';

export type EndNoticePorts = {
  store: Pick<WorkStore, 'claimFarewells' | 'endFarewell'>;
  transport: Pick<Transport, 'delete'>;
  /** Where a hook's target is, if it is still allowed. */
  targetOf: (farewell: Farewell) => TargetVerdict;
  /** Milliseconds, from any start; never goes back. */
  monotonicClock: () => number;
  log: Log;
};

/** A farewell that was not heard is said again, for a day. */
const persistence = { againInMs: 3_600_000, mostAttempts: 24 };

/** Farewells are few, and none is urgent: while there is other work they are looked for this often. */
const intervalMs = 1_000;

/** Whatever a target says to its hook's end, it has heard of it; a time-out, a 429 and a 5xx are no answers. */
const hasHeard = (attempted: AttemptResult): boolean =>
  attempted.kind === 'answered' && attempted.status !== 429 && attempted.status < 500;

/** Tells Zapier when we have given up on a hook, so that its Zap shows as paused. */
export const createEndNotices = ({ store, transport, targetOf, monotonicClock, log }: EndNoticePorts) => {
  let claimedAt = Number.NEGATIVE_INFINITY;

  return {
    /**
     * Takes those that are due, at most `limit`. `isIdle` says that there is nothing else to do; other work must go on
     * when the store does not answer just then.
     */
    async claim(limit: number, { isIdle }: { isIdle: boolean }): Promise<Farewell[]> {
      if (!isIdle && monotonicClock() - claimedAt < intervalMs) return [];
      claimedAt = monotonicClock();
      try {
        return await store.claimFarewells({ limit, ...persistence });
      } catch (error) {
        if (isIdle) throw error;
        log.error({ error }, 'the farewells to hooks that have ended cannot be read; trying again');
        return [];
      }
    },

    async say(farewell: Farewell, signal: AbortSignal): Promise<void> {
      const { hookId, reason } = farewell;
      if (farewell.attempt === 1) log.error({ hookId, reason }, 'the hook has ended');
      const target = targetOf(farewell);
      const isOver = target.kind === 'refused' || hasHeard(await transport.delete({ url: target.url, signal }));
      if (isOver) await store.endFarewell(hookId);
    },
  };
};
