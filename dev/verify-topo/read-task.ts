import { getTask } from '../../topo/get-task.ts';
import type { Task } from '../../topo/task.ts';
import type { Ask } from './ask-topo.ts';
import { readTasks } from './read-tasks.ts';

/** The current task, or why it could not be read. */
export type TaskReading = { kind: 'read'; task: Task } | { kind: 'absent' } | { kind: 'unknown'; said: string };

/** The id of a task, and its sequence if it has been read before. */
export type KnownTask = { id: string; sequence_id?: string | null };

const mostPages = 50;

/** Reads a task by its own call, or from the list if Topo has no such call. */
export const readTask = async (ask: Ask, { id, sequence_id: sequenceId }: KnownTask): Promise<TaskReading> => {
  const outcome = await ask(getTask(id));
  if (outcome.kind === 'answered') return { kind: 'read', task: outcome.body };
  if (outcome.kind !== 'refused' || outcome.status >= 500) return { kind: 'unknown', said: outcome.said };
  if (outcome.status === 401 || outcome.status === 403) return { kind: 'unknown', said: outcome.said };

  const isWanted = (task: Task) => task.id === id;
  const query = {
    sortBy: 'updated_at',
    sortOrder: 'desc',
    ...(typeof sequenceId === 'string' ? { sequenceId } : {}),
  } as const;
  const reading = await readTasks(ask, query, { mostPages, until: isWanted });
  if (reading.kind !== 'read') return { kind: 'unknown', said: reading.said };
  const task = reading.tasks.find(isWanted);
  return task === undefined ? { kind: 'absent' } : { kind: 'read', task };
};
