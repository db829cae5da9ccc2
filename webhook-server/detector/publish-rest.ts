import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MoreToPublish, PublishOutcome, WorkStore } from '../store/work-store.ts';

/**
 * Tells piece after piece of what was found, until the server stops: the next poll tells the rest. Between two of them
 * others have their turn at the database.
 */
export const publishRest = async (
  store: Pick<WorkStore, 'publishMore'>,
  { fromSeq, ...found }: Omit<MoreToPublish, 'fromSeq'> & { fromSeq: number | null },
  leaseMs: number,
  signal?: AbortSignal,
): Promise<PublishOutcome> => {
  let outcome: PublishOutcome = { kind: 'published', untoldFrom: fromSeq };
  while (outcome.kind === 'published' && outcome.untoldFrom !== null && signal?.aborted !== true) {
    // SQLite works in this thread: without a pause nothing would be sent or answered until the end.
    await nextTurn();
    outcome = await store.publishMore({ ...found, fromSeq: outcome.untoldFrom }, { leaseMs });
  }
  return outcome;
};
