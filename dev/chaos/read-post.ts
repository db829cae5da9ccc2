import { TaskReassigned } from '../../contract/event.ts';
import type { Change, Post, Told } from './ledger.ts';

/** A POST with the change that its event tells. */
export type ReadPost = Post & { change: Change };

/** What an event tells. */
export const toldBy = ({ id, task, previous_assignee, new_assignee }: TaskReassigned): Told => ({
  eventId: id,
  taskId: task.id,
  previous: previous_assignee.user_id,
  next: new_assignee.user_id,
  updatedAt: task.updated_at,
});

/** @throws Error when the body is no event. */
export const readPost = ({ body, ...post }: Omit<Post, 'eventId'> & { body: string }): ReadPost => {
  const { eventId, ...change } = toldBy(TaskReassigned.parse(JSON.parse(body)));
  return { ...post, eventId, change };
};
