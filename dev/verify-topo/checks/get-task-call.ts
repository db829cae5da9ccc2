import { getTask } from '../../../topo/get-task.ts';
import type { Check } from '../check.ts';
import { asAssumed, different, notSeen } from '../finding.ts';

const fact = { fact: 'GET /v1/tasks/{id} exists', expected: 'it answers the task' };
const meaning = 'A task can be read from the list alone, so whatever needs one by its id has to search there.';

/** The task is known to exist, so a 404 means that the call does not. */
export const checkGetTaskCall: Check = async ({ ask, plan }) => {
  const outcome = await ask(getTask(plan.task.id));
  switch (outcome.kind) {
    case 'answered':
      return outcome.body.id === plan.task.id
        ? [asAssumed(fact, '200 with the task')]
        : [different(fact, `200 with another task, ${outcome.body.id}`, meaning)];
    case 'refused':
      if (outcome.status >= 500 || outcome.status === 429) return [notSeen(fact, outcome.said)];
      return [different(fact, outcome.said, meaning)];
    case 'misread':
      return [different(fact, outcome.said, meaning)];
    case 'unanswered':
      return [notSeen(fact, outcome.said)];
  }
};
