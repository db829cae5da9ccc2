import { type Reassignment, reassignTask } from '../../topo/reassign-task.ts';
import type { Task, WrittenTask } from '../../topo/task.ts';
import { type TopoOutcome, tryTopo } from '../request/call-topo.ts';
import type { StepRun } from '../step-run.ts';
import { isAssignedTo } from './read-before-reassigning.ts';
import { tryReadTask } from './read-task.ts';

/** After Topo made the change, its response can still get lost or be invalid. */
const isUncertain = (outcome: TopoOutcome<WrittenTask>): boolean =>
  ['timed out', 'unreachable', 'invalid response'].includes(outcome.kind) ||
  (outcome.kind === 'refused' && outcome.status >= 500 && outcome.status !== 503);

/**
 * Reassigns a task. When it is uncertain whether Topo made the change, reads the task to see who has it now.
 *
 * @param before the task as it was, `null` if unreadable. If the new assignee had it already, reading it proves nothing.
 */
export const reassignWithVerification = async (
  { z, deadline }: StepRun,
  reassignment: Reassignment,
  before: Task | null,
): Promise<TopoOutcome<WrittenTask>> => {
  const { taskId, assigneeId } = reassignment;
  const outcome = await tryTopo(z, reassignTask(reassignment), { deadline });
  if (!isUncertain(outcome) || (before !== null && isAssignedTo(before, assigneeId))) return outcome;
  const now = await tryReadTask(z, taskId, deadline);
  const task = now.kind === 'done' ? now.answer : null;
  return task !== null && isAssignedTo(task, assigneeId) ? { kind: 'done', answer: task, requestId: null } : outcome;
};
