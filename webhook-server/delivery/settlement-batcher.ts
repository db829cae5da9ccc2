import type { Log } from '../log.ts';
import { createOutageLog } from '../outage-log.ts';
import { StoreOutdated } from '../store/store.ts';
import type { Settlement, SettleOutcome, WorkStore } from '../store/work-store.ts';

export type SettlementBatcher = {
  /**
   * Stores the outcome of an attempt, together with others that follow shortly. It retries while the store fails: what
   * was delivered must not be sent again because a disk was full.
   *
   * @throws what the store threw, once the signal is aborted and the store still fails, or when it will never work again.
   */
  settle(settlement: Settlement, signal: AbortSignal): Promise<SettleOutcome>;
  /**
   * Starts to store what is waiting. After a failure it also waits until that has worked: while the store fails, no
   * further work may begin.
   *
   * @throws what the store threw.
   */
  catchUp(): Promise<void>;
};

type WaitingSettlement = {
  settlement: Settlement;
  signal: AbortSignal;
  resolve: (outcome: SettleOutcome) => void;
  reject: (error: unknown) => void;
};

/** A batch is written after this time or at this size, whichever comes first: one transaction costs one disk write. */
const batchMs = 10;
const batchSize = 64;

const retryInMs = 1_000;

/** Collects settlements and writes those that come close together in one transaction. */
export const createSettlementBatcher = (store: Pick<WorkStore, 'settle'>, log: Log): SettlementBatcher => {
  let waiting: WaitingSettlement[] = [];
  let isScheduled = false;
  let hasFailed = false;
  const outage = createOutageLog(log, { work: 'delivery' });

  const flushNow = (): void => {
    flush().catch((error: unknown) => {
      outage.failed(error, 'the outcomes of deliveries cannot be stored; trying again');
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
      outage.recovered();
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] ?? { kind: 'lease lost' });
    } catch (error) {
      hasFailed = true;
      const isGivenUp = ({ signal }: WaitingSettlement) => signal.aborted || error instanceof StoreOutdated;
      for (const given of batch) if (isGivenUp(given)) given.reject(error);
      waiting = [...batch.filter((kept) => !isGivenUp(kept)), ...waiting];
      if (waiting.length > 0) flushAfter(retryInMs);
      throw error;
    }
  };

  return {
    settle(settlement, signal) {
      const settled = new Promise<SettleOutcome>((resolve, reject) => {
        waiting.push({ settlement, signal, resolve, reject });
      });
      // While the store fails a batch may grow beyond this size; then only the timer retries.
      if (waiting.length === batchSize) flushNow();
      else flushAfter(batchMs);
      return settled;
    },
    async catchUp() {
      if (hasFailed) await flush();
      else flushNow();
    },
  };
};
