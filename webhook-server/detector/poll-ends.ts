import { StoreError } from '../store/store.ts';
import type { PollOutcome, WorkStore } from '../store/work-store.ts';

export type PollEnds = {
  /**
   * Gives a workspace back, together with others that end at about the same time.
   *
   * @throws what the store threw.
   */
  finish(outcome: PollOutcome): Promise<void>;
};

type Waiting = { outcome: PollOutcome; resolve: () => void; reject: (error: unknown) => void };

/**
 * Collects polls that end, and stores them in one transaction.
 *
 * @param gather resolves when enough time has passed for others to end, too.
 */
export const createPollEnds = (
  { finishPolls }: Pick<WorkStore, 'finishPolls'>,
  gather: () => Promise<unknown>,
): PollEnds => {
  let waiting: Waiting[] = [];

  const store = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await finishPolls(batch.map(({ outcome }) => outcome));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || error instanceof StoreError) for (const { reject } of batch) reject(error);
      // One that cannot be stored must not keep the others.
      else for (const one of batch) await store([one]);
    }
  };

  const flush = (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    return store(batch);
  };

  return {
    // That Topo refuses a key is news to whoever connects a new one right now.
    finish: (outcome) =>
      outcome.result === 'key refused'
        ? finishPolls([outcome])
        : new Promise((resolve, reject) => {
            waiting.push({ outcome, resolve, reject });
            if (waiting.length === 1) gather().then(flush, reject);
          }),
  };
};
