import type { Database } from './database.ts';

/** How long a transaction took, with the time that it waited for its turn or a connection. */
export type TransactionTime = { ms: number; isCommitted: boolean };

/**
 * The same database, of which each transaction is timed.
 *
 * @param steadyClock milliseconds from any start, never set.
 */
export const timeTransactions = (
  database: Database,
  steadyClock: () => number,
  onEnd: (time: TransactionTime) => void,
): Database => ({
  ...database,
  async transaction(work, stance) {
    const begunAt = steadyClock();
    let isCommitted = false;
    try {
      const result = await database.transaction(work, stance);
      isCommitted = true;
      return result;
    } finally {
      onEnd({ ms: steadyClock() - begunAt, isCommitted });
    }
  },
});
