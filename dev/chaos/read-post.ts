import { TaskEvent } from '../../contract/event.ts';
import type { Change, EventRecord, PostRecord } from './ledger.ts';

/** A POST with the change that its event reports. */
export type EventPost = PostRecord & { change: Change };

export const eventRecordOf = ({ id, task, previous_assignee, new_assignee }: TaskEvent): EventRecord => ({
  eventId: id,
  taskId: task.id,
  previous: previous_assignee.user_id,
  next: new_assignee.user_id,
  updatedAt: task.updated_at,
});

/** @throws Error when the body is no event. */
export const readPost = ({ body, ...post }: Omit<PostRecord, 'eventId'> & { body: string }): EventPost => {
  const { eventId, ...change } = eventRecordOf(TaskEvent.parse(JSON.parse(body)));
  return { ...post, eventId, change };
};
