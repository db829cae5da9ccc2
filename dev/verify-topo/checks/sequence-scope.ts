import { microseconds } from '../../../topo/microseconds.ts';
import type { Task } from '../../../topo/task.ts';
import { betweenWritesMs, type Check, type CheckContext } from '../check.ts';
import { asAssumed, different, type Finding, notSeen } from '../finding.ts';
import { isOpen, type SiblingPlan } from '../plan.ts';
import { readTasks, type TasksReading } from '../read-tasks.ts';

const actionable = {
  fact: 'Scope SEQUENCE gives the sequence’s other tasks, too',
  expected: 'all open ones, no closed one',
};
const moved = { fact: 'Scope SEQUENCE moves updated_at of those tasks', expected: 'of each to a later moment' };

const bothNotSeen = (why: string): Finding[] => [notSeen(actionable, why), notSeen(moved, why)];

type Movable = Extract<SiblingPlan, { kind: 'movable' }>;
type Pair = { before: Task; after: Task };

const attempts = 6;
const pauseMs = 1_000;

const read = ({ ask, plan }: CheckContext): Promise<TasksReading> =>
  readTasks(ask, { sequenceId: plan.task.sequence_id ?? '', sortBy: 'created_at' }, { mostPages: 20 });

/** Reads the siblings until the open ones have moved, at most a few seconds. */
const readAfter = async (context: CheckContext, { tasks }: Movable): Promise<TasksReading> => {
  const openIds = tasks.filter(isOpen).map(({ id }) => id);
  for (let attempt = 1; ; attempt += 1) {
    const reading = await read(context);
    if (reading.kind !== 'read' || attempt === attempts) return reading;
    const holderOf = (id: string) => reading.tasks.find((task) => task.id === id)?.assignee_user_id;
    if (openIds.every((id) => holderOf(id) === context.plan.temporaryAssigneeId)) return reading;
    await context.wait(pauseMs);
  }
};

/** A task of the sequence that has changed since the plan was made and agreed to. */
const findChanged = ({ plan }: CheckContext, { tasks }: Movable, present: readonly Task[]): Task | undefined => {
  const before = new Map([plan.task, ...tasks].map((task) => [task.id, task]));
  const isChanged = ({ id, assignee_user_id: holderId, status }: Task) =>
    before.get(id)?.assignee_user_id !== holderId || before.get(id)?.status !== status;
  return present.find(isChanged);
};

const isGiven = ({ before, after }: Pair): boolean => after.assignee_user_id !== before.assignee_user_id;

const judgeActionable = (pairs: readonly Pair[]): Finding => {
  const open = pairs.filter(({ before }) => isOpen(before));
  const closed = pairs.filter(({ before }) => !isOpen(before));
  const [openGiven, closedGiven] = [open.filter(isGiven).length, closed.filter(isGiven).length];
  const seen = `${openGiven} of ${open.length} open ones and ${closedGiven} of ${closed.length} closed ones`;
  if (open.length === 0) return notSeen(actionable, 'the other open tasks had the same person already');
  if (openGiven === open.length && closedGiven === 0) return asAssumed(actionable, seen);
  return different(
    actionable,
    seen,
    'What the action says about scope SEQUENCE, “other open tasks”, is not what Topo does.',
  );
};

const judgeMoved = (pairs: readonly Pair[]): Finding => {
  const given = pairs.filter(isGiven);
  if (given.length === 0) return notSeen(moved, 'no other task was given');
  const later = given.filter(({ before, after }) => microseconds(after.updated_at) > microseconds(before.updated_at));
  const seen = `of ${later.length} of ${given.length}`;
  if (later.length === given.length) return asAssumed(moved, seen);
  return different(
    moved,
    seen,
    'Polls see the named task alone: of its siblings only the daily reconciliation tells, up to a day later.',
  );
};

/** Reassigns the whole sequence. The task is restored first, so that it changes as well. */
export const checkSequenceScope: Check = async (context) => {
  const { plan, reassignments, wait } = context;
  const { siblings } = plan;
  if (siblings === undefined) return bothNotSeen('not tried without --sequence, as it moves more tasks');
  if (siblings.kind === 'left') return bothNotSeen(siblings.why);
  const [notRestored] = await reassignments.restoreAll();
  if (notRestored !== undefined) return bothNotSeen(`task ${notRestored.task.id} could not be given back before`);

  await wait(betweenWritesMs);
  const present = await read(context);
  if (present.kind !== 'read') return bothNotSeen(present.said);
  const changed = findChanged(context, siblings, present.tasks);
  if (changed !== undefined) return bothNotSeen(`task ${changed.id} of the sequence was changed meanwhile`);
  const { owned: task, temporaryAssigneeId } = plan;
  const outcome = await reassignments.reassign({
    task,
    temporaryAssigneeId,
    scope: 'SEQUENCE',
    siblings: siblings.owned,
  });
  if (outcome.kind !== 'answered') return bothNotSeen(outcome.said);
  const reading = await readAfter(context, siblings);
  if (reading.kind !== 'read') return bothNotSeen(reading.said);
  const others = present.tasks.filter(({ id }) => id !== task.id);
  const pairs = others.flatMap((before): Pair[] => {
    const after = reading.tasks.find(({ id }) => id === before.id);
    return after === undefined || before.assignee_user_id === temporaryAssigneeId ? [] : [{ before, after }];
  });
  return [judgeActionable(pairs), judgeMoved(pairs)];
};
