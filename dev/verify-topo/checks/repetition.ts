import { microseconds } from '../../../topo/microseconds.ts';
import { betweenWritesMs, type Check } from '../check.ts';
import { asAssumed, different, type Finding, notSeen } from '../finding.ts';
import { readIfUntouched } from '../read-if-untouched.ts';

const accepted = { fact: 'Repeating a PATCH, to the present assignee, is accepted', expected: '200 with the task' };
const unmoved = { fact: 'Repeating a PATCH moves updated_at', expected: 'it stays' };

const refusedMeaning = 'A Zap step that is repeated after a time-out fails although the first attempt had worked.';
const movedMeaning =
  'Polls read the task once more; nothing is told twice, but an event may carry the moment of the repetition.';

const bothNotSeen = (why: string): Finding[] => [notSeen(accepted, why), notSeen(unmoved, why)];

/** Repeats the last reassignment. */
export const checkRepetition: Check = async (context) => {
  const { plan, reassignments, wait } = context;
  await wait(betweenWritesMs);
  const present = await readIfUntouched(context);
  if (present.kind === 'taken') return bothNotSeen(present.why);
  const { task } = present;
  if (task.assignee_user_id !== plan.temporaryAssigneeId)
    return bothNotSeen('the task could not be given in the first place');

  const outcome = await reassignments.reassign({
    task: plan.owned,
    temporaryAssigneeId: plan.temporaryAssigneeId,
    scope: 'TASK',
  });
  switch (outcome.kind) {
    case 'answered': {
      const after = outcome.body.updated_at;
      const isMoved = microseconds(after) !== microseconds(task.updated_at);
      return [
        asAssumed(accepted, '200 with the task'),
        isMoved
          ? different(unmoved, `from ${task.updated_at} to ${after}`, movedMeaning)
          : asAssumed(unmoved, `it stays at ${after}`),
      ];
    }
    case 'refused':
      if (outcome.status >= 500 || outcome.status === 429) return bothNotSeen(outcome.said);
      return [different(accepted, outcome.said, refusedMeaning), notSeen(unmoved, outcome.said)];
    case 'misread':
    case 'unanswered':
      return bothNotSeen(outcome.said);
  }
};
