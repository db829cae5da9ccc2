import { isRecord } from '../local-zapier/is-record.ts';

/** What the demonstration reads of a `task.reassigned` event. */
export type Reassignment = { taskId: string; taskType: string; previous: string | null; next: string | null };

const userIdOf = (person: unknown): string | null => {
  const id = isRecord(person) ? person['user_id'] : undefined;
  return typeof id === 'string' ? id : null;
};

/** Reads an event, as it is posted and as a Zap gets it; `undefined` for anything else. */
export const readReassignment = (event: unknown): Reassignment | undefined => {
  if (!isRecord(event)) return undefined;
  const { task, previous_assignee: previous, new_assignee: next } = event;
  if (!isRecord(task) || !isRecord(previous) || !isRecord(next)) return undefined;
  return {
    taskId: String(task['id']),
    taskType: String(task['type'] ?? 'task'),
    previous: userIdOf(previous),
    next: userIdOf(next),
  };
};
