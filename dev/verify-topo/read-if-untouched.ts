import type { Task } from '../../topo/task.ts';
import type { CheckContext } from './check.ts';
import { nobodyId } from './nobody.ts';
import { readTask } from './read-task.ts';

/** The task as it is now, if it is ours to lend; or why it is not. */
export type OursReading = { kind: 'ours'; task: Task } | { kind: 'not ours'; why: string };

/** Reads the task just before a write, so that what somebody else did with it meanwhile is not undone. */
export const readOurs = async ({ ask, plan }: CheckContext): Promise<OursReading> => {
  const reading = await readTask(ask, plan.task);
  if (reading.kind === 'unknown') return { kind: 'not ours', why: reading.said };
  if (reading.kind === 'absent') return { kind: 'not ours', why: 'the task is no longer there' };
  const { assignee_user_id: presentId } = reading.task;
  const isOurs = presentId === plan.owned.ownerId || presentId === plan.borrowerId || presentId === nobodyId;
  if (isOurs) return { kind: 'ours', task: reading.task };
  return { kind: 'not ours', why: `somebody else has given the task to ${presentId} meanwhile` };
};
