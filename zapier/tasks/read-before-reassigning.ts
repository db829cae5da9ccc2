import type { ZObject } from 'zapier-platform-core';
import { unassigned } from '../../contract/task-list.ts';
import { isOpen } from '../../topo/is-open.ts';
import type { Reassignment } from '../../topo/reassign-task.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { readSequenceTasks, readTask } from './read-task.ts';

/** A task before it is reassigned. `null` stands for what Topo does not let us read. */
export type CurrentState = {
  task: Task | null;
  /** The other tasks of the contact’s run, which scope SEQUENCE may move as well; none for scope TASK. */
  siblings: readonly Task[] | null;
};

const isSame = (one: string | null, other: string): boolean => one?.toLowerCase() === other.toLowerCase();

/** Reads what a reassignment will change. */
export const readCurrentState = async (
  z: ZObject,
  { taskId, scope }: Pick<Reassignment, 'taskId' | 'scope'>,
  deadline: Deadline,
): Promise<CurrentState> => {
  const task = await readTask(z, taskId, deadline);
  if (scope === 'TASK') return { task, siblings: [] };
  if (task === null) return { task, siblings: null };
  if (task.sequence_id === null) return { task, siblings: [] };
  const tasks = await readSequenceTasks(z, task.sequence_id, deadline);
  return { task, siblings: tasks?.filter(({ id }) => id !== task.id) ?? null };
};

/** The tasks that a reassignment would move: the task and its open siblings, unless the assignee has them already. */
export const tasksToMove = ({ task, siblings }: CurrentState, assigneeId: string): Task[] | null => {
  if (task === null || siblings === null) return null;
  return [task, ...siblings.filter(isOpen)].filter(({ assignee_user_id }) => !isSame(assignee_user_id, assigneeId));
};

/** Whether this person has the task; `unassigned` is nobody. */
export const isAssignedTo = ({ assignee_user_id }: Pick<Task, 'assignee_user_id'>, userId: string): boolean =>
  userId === unassigned ? assignee_user_id === null : isSame(assignee_user_id, userId);
