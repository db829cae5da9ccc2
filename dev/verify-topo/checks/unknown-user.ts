import { betweenWritesMs, type Check } from '../check.ts';
import { asAssumed, different, notSeen } from '../finding.ts';
import { unknownId } from '../plan.ts';
import { readIfUntouched } from '../read-if-untouched.ts';

const fact = { fact: 'Reassigning to a user who does not exist', expected: 'turned down with 400, 404 or 422' };
const meaning =
  'A mistyped user id leaves a task with nobody who could do it, so the action has to check the id itself.';

export const checkUnknownUser: Check = async (context) => {
  const { plan, reassignments, wait } = context;
  if (!plan.isUnknownUserAsked) return [notSeen(fact, 'not tried without --unknown-user, as Topo might take it')];
  await wait(betweenWritesMs);
  const present = await readIfUntouched(context);
  if (present.kind === 'taken') return [notSeen(fact, present.why)];
  const outcome = await reassignments.reassign({ task: plan.owned, temporaryAssigneeId: unknownId, scope: 'TASK' });
  switch (outcome.kind) {
    case 'answered':
      return [different(fact, `200 with the assignee ${outcome.body.assignee_user_id}`, meaning)];
    case 'refused':
      if ([400, 404, 422].includes(outcome.status)) return [asAssumed(fact, outcome.said)];
      if (outcome.status >= 500 || outcome.status === 429) return [notSeen(fact, outcome.said)];
      return [different(fact, outcome.said, 'The step tells the person something else than that the user is unknown.')];
    case 'misread':
    case 'unanswered':
      return [notSeen(fact, outcome.said)];
  }
};
