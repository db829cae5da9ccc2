import { formatInstant, type Instant } from '../timestamp.ts';
import type { Task, TaskRow } from './task.ts';
import type { Workspace } from './workspace.ts';

type Writer = Pick<Workspace, 'organizationId' | 'assumptions'>;

/** Formats a moment as this workspace's API does. */
export const writeInstant = ({ assumptions }: Pick<Workspace, 'assumptions'>, instant: Instant): string =>
  formatInstant(instant, assumptions.timestampDigits, assumptions.timestampOffset);

/** Formats a task as the API returns it. */
export const writeTask = (workspace: Writer, row: TaskRow): Task => {
  const write = (instant: Instant | null) => (instant === null ? null : writeInstant(workspace, instant));
  return {
    id: row.id,
    organization_id: workspace.organizationId,
    type: row.type,
    priority: row.priority,
    status: row.status,
    sequence_id: row.sequenceId,
    assignee_user_id: row.assigneeId,
    disposition: row.disposition,
    reopened_at: write(row.reopenedAt),
    reopen_reason: row.reopenReason,
    skipped_at: write(row.skippedAt),
    completed_at: write(row.completedAt),
    created_at: writeInstant(workspace, row.createdAt),
    updated_at: writeInstant(workspace, row.updatedAt),
  };
};
