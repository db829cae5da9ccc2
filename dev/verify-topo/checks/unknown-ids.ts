import { reassignTask } from '../../../topo/reassign-task.ts';
import { Task } from '../../../topo/task.ts';
import type { CallOutcome } from '../ask-topo.ts';
import type { Check } from '../check.ts';
import { asAssumed, different, type Fact, type Finding, notSeen } from '../finding.ts';
import { unknownId } from '../plan.ts';

const unknown = { fact: 'Reassigning a task that is not there', expected: '404 NotFoundIssue' };
const malformed = { fact: 'Reassigning with a malformed task id', expected: '400 ValidationIssue, or 404' };
const meaning = 'The step tells the person something else than that the task cannot be found.';

const judge = (fact: Fact, outcome: CallOutcome<Task>, statuses: readonly number[]): Finding => {
  switch (outcome.kind) {
    case 'refused':
      if (outcome.status === 429) return notSeen(fact, outcome.said);
      return statuses.includes(outcome.status) ? asAssumed(fact, outcome.said) : different(fact, outcome.said, meaning);
    case 'answered':
      return different(fact, `200 with task ${outcome.body.id}`, meaning);
    case 'misread':
      return different(fact, outcome.said, meaning);
    case 'unanswered':
      return notSeen(fact, outcome.said);
  }
};

/** These writes cannot change anything: the task does not exist, and the person already has the real one. */
export const checkUnknownIds: Check = async ({ ask, plan }) => {
  const reassign = (taskId: string) =>
    ask({ ...reassignTask({ taskId, assigneeId: plan.owned.ownerId, scope: 'TASK' }), answer: Task });
  return [judge(unknown, await reassign(unknownId), [404]), judge(malformed, await reassign('not-an-id'), [400, 404])];
};
