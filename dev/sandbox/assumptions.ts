import type { TimestampDigits } from './instant.ts';
import type { TaskStatus } from './workspace/task.ts';

/** What Topo's documents leave open. Each switch has the answer that seems likeliest as its default. */
export type Habits = {
  /** Whether `GET /v1/tasks/{task_id}` exists; without it the route is unknown (404). Default `true`. */
  getTask: boolean;
  /** Whether `POST /v1/tasks/{task_id}/skip` exists. Default `true`. */
  skipTask: boolean;
  /** Whether `GET /v1/sequences/{sequence_id}` exists. Default `true`. */
  getSequence: boolean;
  /** What `created_at_after` does: later than the moment, that moment or later, or nothing. Default `'exclusive'`. */
  createdAtAfter: 'exclusive' | 'inclusive' | 'ignored';
  /** Whether a change of assignee moves the task's `updated_at`. Default `true`. */
  reassigningMovesUpdatedAt: boolean;
  /** Whether scope SEQUENCE moves `updated_at` of the *other* tasks that it reassigns. Default `true`. */
  siblingsMoveUpdatedAt: boolean;
  /** The statuses that scope SEQUENCE takes as actionable. Default `['PENDING', 'IN_PROGRESS']`. */
  actionableStatuses: readonly TaskStatus[];
  /** Reassigning a task that is not actionable: 422 or done. Default `'refused'`. */
  closedTask: 'refused' | 'allowed';
  /** Reassigning to a user whom the workspace does not have: 422, 404 or done. Default `'refused'`. */
  unknownUser: 'refused' | 'not found' | 'allowed';
  /** Reassigning to the present assignee: 200 with the same `updated_at`, or a new one. Default `'unchanged'`. */
  presentAssignee: 'unchanged' | 'touched';
  /** Digits of a second in timestamps; stored so, too: with 0, changes within a second are ties. Default `3`. */
  timestampDigits: TimestampDigits;
  /** The zone of timestamps: `'Z'` or an offset such as `'+02:00'`. Default `'Z'`. */
  timestampOffset: string;
};

export const defaultHabits: Habits = {
  getTask: true,
  skipTask: true,
  getSequence: true,
  createdAtAfter: 'exclusive',
  reassigningMovesUpdatedAt: true,
  siblingsMoveUpdatedAt: true,
  actionableStatuses: ['PENDING', 'IN_PROGRESS'],
  closedTask: 'refused',
  unknownUser: 'refused',
  presentAssignee: 'unchanged',
  timestampDigits: 3,
  timestampOffset: 'Z',
};
