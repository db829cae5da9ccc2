import { largestPage } from '../../topo/list.ts';
import { listTasks, type TaskQuery } from '../../topo/list-tasks.ts';
import type { Task } from '../../topo/task.ts';
import type { Ask, CallOutcome } from './ask-topo.ts';

/** Tasks from a list, or how the call failed. */
export type TasksReading = { kind: 'read'; tasks: Task[] } | Exclude<CallOutcome<never>, { kind: 'answered' }>;

export type ReadTasksOptions = {
  mostPages: number;
  /** Stops after the page with a task for which this holds. */
  until?: (task: Task) => boolean;
};

/** Reads a list of tasks page by page from the start. */
export const readTasks = async (
  ask: Ask,
  query: Omit<TaskQuery, 'page' | 'size'>,
  { mostPages, until = () => false }: ReadTasksOptions,
): Promise<TasksReading> => {
  const tasks: Task[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const outcome = await ask(listTasks({ ...query, page, size: largestPage }));
    if (outcome.kind !== 'answered') return outcome;
    tasks.push(...outcome.body.items);
    if (!outcome.body.has_more || outcome.body.items.some(until)) break;
  }
  return { kind: 'read', tasks };
};
