import { largestPage } from '../../../topo/list.ts';
import { listTasks } from '../../../topo/list-tasks.ts';
import { microseconds } from '../../../topo/microseconds.ts';
import type { Task } from '../../../topo/task.ts';
import type { CheckContext } from '../check.ts';
import { asAssumed, different, type Finding, notSeen } from '../finding.ts';

const fact = {
  fact: 'The task list by updated_at, newest first, shows the change',
  expected: 'on page 1 within 60 s, which is what a poll reads again',
};
const mostMs = 60_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;

const newestFirst = listTasks({ sortBy: 'updated_at', sortOrder: 'desc', size: largestPage });

const missed = (seen: string): Finding =>
  different(
    fact,
    seen,
    'A poll that reads the newest changes misses a reassignment, which then waits for the daily reconciliation.',
  );

export const notSeenSight = (why: string): Finding => notSeen(fact, why);

/**
 * Reads page 1 until it shows the change.
 *
 * @param before the task before the write.
 * @param given the task in the answer of the write.
 */
export const seeOnFirstPage = async (
  { ask, wait, clock }: CheckContext,
  before: Task,
  given: Task,
): Promise<Finding> => {
  const startedMs = clock();
  const hasMoved = microseconds(given.updated_at) > microseconds(before.updated_at);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const outcome = await ask(newestFirst);
    if (outcome.kind !== 'answered') return notSeen(fact, outcome.said);
    const place = outcome.body.items.findIndex(({ id }) => id === given.id);
    const takenMs = Math.round(clock() - startedMs);
    if (outcome.body.items[place]?.assignee_user_id === given.assignee_user_id) {
      return asAssumed(fact, `in place ${place + 1} after ${takenMs} ms`);
    }
    if (!hasMoved) return missed('not on page 1, as updated_at did not move');
    if (takenMs >= mostMs) return missed(`not on page 1 within ${Math.round(takenMs / 1000)} s`);
    await wait(pauseMs);
  }
};
