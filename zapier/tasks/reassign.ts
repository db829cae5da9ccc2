import type { TaskFacts } from '../../contract/task-facts.ts';
import { unassigned } from '../../contract/task-list.ts';
import { type Reassignment, reassignTask } from '../../topo/reassign-task.ts';
import type { Task, WrittenTask } from '../../topo/task.ts';
import type { Directory, RunWithDirectory } from '../people/directory.ts';
import { personLabel } from '../people/person-label.ts';
import { topoError } from '../request/topo-error.ts';
import type { StepRun } from '../step-run.ts';
import { withIntent } from '../webhook-server/with-intent.ts';
import { halted } from '../zapier-error.ts';
import { type CurrentState, isAssignedTo, readCurrentState, tasksToMove } from './read-before-reassigning.ts';
import { readSequenceTasks } from './read-task.ts';
import { reassignWithVerification } from './reassign-with-verification.ts';
import type { ReassignmentResult } from './reassignment-output.ts';

/**
 * What a run should do. With `onlyIfAssignedTo`, the task moves only if this person has it; or nobody, if
 * it is `unassigned`.
 */
export type ReassignmentOrder = Reassignment & { onlyIfAssignedTo: string | undefined; isPreview: boolean };

const nameOf = async (userId: string, directory: Directory): Promise<string> => {
  const { name, email } = (await directory.resolveNames([userId]))(userId);
  return personLabel({ user_id: userId, name, email });
};

/** Zaps run late: somebody may have moved the task since the event that started this one. */
const checkCurrentAssignee = async (
  { task }: CurrentState,
  { onlyIfAssignedTo }: ReassignmentOrder,
  directory: Directory,
): Promise<void> => {
  if (onlyIfAssignedTo === undefined) return;
  if (task === null) {
    throw halted(
      'Topo does not tell who has this task, so “Only If Currently Assigned To” cannot be checked, and nothing was ' +
        'changed. The API key needs the scope tasks:read; or leave that field empty.',
    );
  }
  if (isAssignedTo(task, onlyIfAssignedTo)) return;
  const { assignee_user_id: currentId } = task;
  if (onlyIfAssignedTo === unassigned && currentId !== null) {
    throw halted(
      `The task is not unassigned any more: ${await nameOf(currentId, directory)} has it. So nothing was changed.`,
    );
  }
  const now = currentId === null ? 'nobody has it' : `${await nameOf(currentId, directory)} has it`;
  throw halted(
    `The task is not with ${await nameOf(onlyIfAssignedTo, directory)} any more: ${now}. So nothing was changed.`,
  );
};

const preview = (state: CurrentState, order: ReassignmentOrder): ReassignmentResult => {
  const { task } = state;
  if (task === null) {
    throw halted(
      'Topo does not tell what this task is, so there is nothing to preview, and nothing was changed. Either there is ' +
        'no such task in this workspace, or the API key lacks the scope tasks:read.',
    );
  }
  return { ...unchanged(task, order), moved: tasksToMove(state, order.assigneeId), isPreview: true };
};

const unchanged = (task: Task, { assigneeId }: ReassignmentOrder): ReassignmentResult => ({
  task,
  before: task,
  moved: [],
  changed: false,
  isPreview: false,
  assigneeId,
  requestId: null,
  facts: undefined,
});

const write = async (
  run: RunWithDirectory,
  { taskId, assigneeId, scope }: ReassignmentOrder,
  before: Task | null,
): Promise<{ answer: WrittenTask; requestId: string | null; facts: TaskFacts | undefined }> => {
  const reassignment = { taskId, assigneeId, scope };
  return withIntent(run, reassignment, async () => {
    const outcome = await reassignWithVerification(run, reassignment, before);
    if (outcome.kind === 'done') return outcome;
    throw topoError(outcome, reassignTask(reassignment));
  });
};

/** The siblings that the new assignee has now and did not have before; `null` if unreadable. */
const movedSiblings = async (
  { z, deadline }: StepRun,
  state: CurrentState,
  { assigneeId }: ReassignmentOrder,
): Promise<Task[] | null> => {
  const { task, siblings } = state;
  if (siblings === null) return null;
  if (siblings.length === 0 || task === null || task.sequence_id === null) return [];
  // The reassignment is already made, so a failed read must not fail the step.
  const after = await readSequenceTasks(z, task.sequence_id, deadline).catch(() => null);
  if (after === null) return null;
  const isTheirs = new Set(after.filter((one) => isAssignedTo(one, assigneeId)).map(({ id }) => id));
  return siblings.filter((one) => isTheirs.has(one.id) && !isAssignedTo(one, assigneeId));
};

/**
 * Reassigns a task, unless there is nothing to do or it is only a preview. It reads, then writes: a change made in
 * between goes unnoticed.
 *
 * @throws HaltedError when the required person does not have the task, and the `topoError` of a failure.
 */
export const reassign = async (run: RunWithDirectory, order: ReassignmentOrder): Promise<ReassignmentResult> => {
  // The directory is read meanwhile, for the names in the result.
  const [state] = await Promise.all([readCurrentState(run.z, order, run.deadline), run.directory.listIfAvailable()]);
  await checkCurrentAssignee(state, order, run.directory);
  if (order.isPreview) return preview(state, order);
  const { task: before } = state;
  if (before !== null && tasksToMove(state, order.assigneeId)?.length === 0) return unchanged(before, order);

  const { answer: task, requestId, facts } = await write(run, order, before);
  const made = { task, before, isPreview: false, assigneeId: order.assigneeId, requestId, facts };
  const siblings = await movedSiblings(run, state, order);
  const own = before === null ? null : isAssignedTo(before, order.assigneeId) ? [] : [before];
  if (own === null || siblings === null) return { ...made, moved: null, changed: own?.length ? true : null };
  const moved = [...own, ...siblings];
  return { ...made, moved, changed: moved.length > 0 };
};
