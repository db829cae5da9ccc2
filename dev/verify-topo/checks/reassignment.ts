import { microseconds } from '../../../topo/microseconds.ts';
import type { Task } from '../../../topo/task.ts';
import type { CallOutcome } from '../ask-topo.ts';
import { betweenWritesMs, type Check, type CheckContext } from '../check.ts';
import { asAssumed, different, type Finding, notSeen } from '../finding.ts';
import { isOpen } from '../plan.ts';
import { readIfUntouched } from '../read-if-untouched.ts';
import { readTask } from '../read-task.ts';
import { judgeClock, notSeenClock } from './clock.ts';
import { notSeenSight, seeOnFirstPage } from './first-page.ts';

const answersTask = { fact: 'The PATCH answers the task', expected: 'with its new assignee' };
const movesUpdatedAt = { fact: 'Reassigning moves updated_at', expected: 'to a later moment' };
const closedTask = { fact: 'Reassigning a closed task', expected: '422 BusinessIssue, or done' };

const judgeAnswer = ({ id, assignee_user_id: assigneeId }: Task, { plan }: CheckContext): Finding => {
  if (id === plan.task.id && assigneeId === plan.temporaryAssigneeId)
    return asAssumed(answersTask, 'with its new assignee');
  const seen = id === plan.task.id ? `with the assignee ${assigneeId}` : `another task, ${id}`;
  return different(answersTask, seen, 'Later steps of a Zap would be told of the wrong person or task.');
};

const judgeMoment = (before: string, after: string): Finding => {
  const movedUs = microseconds(after) - microseconds(before);
  const seen = movedUs === 0 ? `it stays at ${after}` : `from ${before} to ${after}`;
  if (movedUs > 0) return asAssumed(movesUpdatedAt, seen);
  return different(
    movesUpdatedAt,
    seen,
    'No poll can see a reassignment: only the daily reconciliation finds it, up to a day later, unless polls stop relying on updated_at.',
  );
};

const judgeClosed = (outcome: CallOutcome<Task>, { plan }: CheckContext): Finding => {
  const { status } = plan.task;
  if (status === undefined || isOpen(plan.task)) return notSeen(closedTask, `the task is ${status ?? 'of no status'}`);
  if (outcome.kind === 'answered') return asAssumed(closedTask, `done, though it is ${status}`);
  if (outcome.kind !== 'refused' || outcome.status === 429) return notSeen(closedTask, outcome.said);
  if (outcome.status === 422) return asAssumed(closedTask, outcome.said);
  return different(closedTask, outcome.said, 'The step tells the person something else than that the task is done.');
};

const momentNotSeen = (why: string): Finding[] => [notSeen(movesUpdatedAt, why), notSeenClock(why), notSeenSight(why)];

const noneSeen = (why: string): Finding[] => [
  notSeen(answersTask, why),
  ...momentNotSeen(why),
  notSeen(closedTask, why),
];

const judgeFailure = ({ kind, said }: Exclude<CallOutcome<Task>, { kind: 'answered' }>): Finding[] => [
  kind === 'misread'
    ? different(answersTask, said, 'Each Reassign Task step would fail although the task has moved.')
    : notSeen(answersTask, said),
  ...momentNotSeen(said),
];

/** Reassigns the task, and checks what Topo answers and shows. */
export const checkReassignment: Check = async (context) => {
  const { plan, reassignments, ask, wait } = context;
  await wait(betweenWritesMs);
  const present = await readIfUntouched(context);
  if (present.kind === 'taken') return noneSeen(present.why);
  const before = present.task;
  const outcome = await reassignments.reassign({
    task: plan.owned,
    temporaryAssigneeId: plan.temporaryAssigneeId,
    scope: 'TASK',
  });
  if (outcome.kind !== 'answered') return [...judgeFailure(outcome), judgeClosed(outcome, context)];

  const sight = await seeOnFirstPage(context, before, outcome.body);
  // The list counts: the answer may have been written before the change.
  const reading = await readTask(ask, plan.task);
  const after = reading.kind === 'read' ? reading.task.updated_at : outcome.body.updated_at;
  return [
    judgeAnswer(outcome.body, context),
    judgeMoment(before.updated_at, after),
    judgeClock(before.updated_at, after, outcome.dateMs),
    sight,
    judgeClosed(outcome, context),
  ];
};
