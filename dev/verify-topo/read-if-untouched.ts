import type { Task } from '../../topo/task.ts';
import type { CheckContext } from './check.ts';
import { unknownId } from './plan.ts';
import { readTask } from './read-task.ts';

/** The current task; or why it must be left alone. */
export type UntouchedReading = { kind: 'untouched'; task: Task } | { kind: 'taken'; why: string };

/** Reads the task just before a write, so that nobody else's change is undone. */
export const readIfUntouched = async ({ ask, plan }: CheckContext): Promise<UntouchedReading> => {
  const reading = await readTask(ask, plan.task);
  if (reading.kind === 'unknown') return { kind: 'taken', why: reading.said };
  if (reading.kind === 'absent') return { kind: 'taken', why: 'the task is no longer there' };
  const { assignee_user_id: presentId } = reading.task;
  const isUntouched =
    presentId === plan.owned.ownerId || presentId === plan.temporaryAssigneeId || presentId === unknownId;
  if (isUntouched) return { kind: 'untouched', task: reading.task };
  return { kind: 'taken', why: `somebody else has given the task to ${presentId} meanwhile` };
};
