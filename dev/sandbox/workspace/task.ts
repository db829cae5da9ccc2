import type { Instant } from '../timestamp.ts';

export const taskTypes = ['EMAIL_REPLY', 'LINKEDIN_REPLY', 'NEW_LEAD_REVIEW', 'CALL'] as const;
export const taskPriorities = ['HOT', 'TODAY', 'EXTRA'] as const;
export const taskStatuses = ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'SKIPPED'] as const;
export const dispositions = ['ANSWERED', 'VOICEMAIL_LEFT', 'NO_ANSWER'] as const;

export type TaskType = (typeof taskTypes)[number];
export type TaskPriority = (typeof taskPriorities)[number];
export type TaskStatus = (typeof taskStatuses)[number];
export type Disposition = (typeof dispositions)[number];

/** A task as the API returns it; timestamps are ISO 8601 with a zone. */
export type Task = {
  id: string;
  organization_id: string;
  type: TaskType;
  priority: TaskPriority;
  status: TaskStatus;
  sequence_id: string;
  assignee_user_id: string | null;
  disposition: Disposition | null;
  reopened_at: string | null;
  reopen_reason: 'REMINDER_RULE' | null;
  skipped_at: string | null;
  completed_at: string | null;
  created_at: string;
  updated_at: string;
};

/** A task as the workspace stores it. Only the task table changes one. */
export type TaskRow = {
  readonly id: string;
  readonly type: TaskType;
  readonly priority: TaskPriority;
  readonly status: TaskStatus;
  readonly sequenceId: string;
  readonly assigneeId: string | null;
  readonly disposition: Disposition | null;
  readonly reopenedAt: Instant | null;
  readonly reopenReason: 'REMINDER_RULE' | null;
  readonly skippedAt: Instant | null;
  readonly completedAt: Instant | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** The fields of a task that may change. */
export type TaskChange = Partial<Omit<TaskRow, 'id' | 'sequenceId' | 'createdAt'>>;

/** Whether nothing is left to do. */
export const isClosed = ({ status }: Pick<TaskRow, 'status'>): boolean =>
  status === 'COMPLETED' || status === 'SKIPPED';
