import { isRecord } from '../local-zapier/is-record.ts';

/** What the demonstration reads of an event. Nobody, and whoever the Zap does not get, is null. */
export type Event = {
  type: string;
  taskId: string;
  previous: string | null;
  next: string | null;
  occurredAt: Date;
  summary: string;
};

const userIdOf = (person: unknown): string | null => {
  const id = isRecord(person) ? person['user_id'] : undefined;
  return typeof id === 'string' ? id : null;
};

/** Reads an event, as it is posted and as a Zap gets it; `undefined` for anything else. */
export const readEvent = (event: unknown): Event | undefined => {
  if (!isRecord(event)) return undefined;
  const { type, task, occurred_at: occurredAt, summary } = event;
  if (typeof type !== 'string' || !isRecord(task)) return undefined;
  if (typeof occurredAt !== 'string' || typeof summary !== 'string') return undefined;
  return {
    type,
    taskId: String(task['id']),
    previous: userIdOf(event['previous_assignee']),
    next: userIdOf(event['new_assignee']),
    occurredAt: new Date(occurredAt),
    summary,
  };
};
