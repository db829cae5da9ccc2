import type { Log } from '../log.ts';
import type { Settlement, SettleOutcome, WorkStore } from '../store/work-store.ts';

export type SettlementBatcher = {
  /**
   * Writes down what became of an attempt, together with what comes of others shortly after. While the store
   * does not answer it tries again: what was delivered must not be sent a second time because a disk was full.
   *
   * @throws what the store threw, when the signal is aborted and the store still does not answer.
   */
  settle(settlement: Settlement, signal: AbortSignal): Promise<SettleOutcome>;
  /**
   * Begins to write down what has gathered. After a failure it waits until that is done: while the store does not answer,
   * nothing more is to be begun.
   *
   * @throws what the store threw.
   */
  catchUp(): Promise<void>;
};

type Waiting = {
  settlement: Settlement;
  signal: AbortSignal;
  resolve: (outcome: SettleOutcome) => void;
  reject: (error: unknown) => void;
};

/** Settlements wait this long for others, or until there are so many: what is written together costs the disk once. */
const gatherMs = 10;
const gatherMost = 64;

const retryInMs = 1_000;

/** Collects settlements, and writes those that come close together in one transaction. */
export const createSettlementBatcher = (store: Pick<WorkStore, 'settle'>, log: Log): SettlementBatcher => {
  let waiting: Waiting[] = [];
  let isScheduled = false;
  let hasFailed = false;

  const flushNow = (): void => {
    flush().catch((error: unknown) => {
      log.error({ error, waiting: waiting.length }, 'what became of deliveries cannot be stored; trying again');
    });
  };

  const flushAfter = (ms: number): void => {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(() => {
      isScheduled = false;
      flushNow();
    }, ms);
  };

  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      const outcomes = await store.settle(batch.map(({ settlement }) => settlement));
      hasFailed = false;
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] ?? { kind: 'lease lost' });
    } catch (error) {
      hasFailed = true;
      for (const { signal, reject } of batch) if (signal.aborted) reject(error);
      waiting = [...batch.filter(({ signal }) => !signal.aborted), ...waiting];
      if (waiting.length > 0) flushAfter(retryInMs);
      throw error;
    }
  };

  return {
    settle(settlement, signal) {
      const settled = new Promise<SettleOutcome>((resolve, reject) => {
        waiting.push({ settlement, signal, resolve, reject });
      });
      // While the store does not answer more than that may gather, and only the timer tries again.
      if (waiting.length === gatherMost) flushNow();
      else flushAfter(gatherMs);
      return settled;
    },
    async catchUp() {
      if (hasFailed) await flush();
      else flushNow();
    },
  };
};
