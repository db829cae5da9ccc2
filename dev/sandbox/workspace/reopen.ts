import type { TaskRow } from './task.ts';
import type { Workspace } from './workspace.ts';

/** Opens a task again. The caller decides whether that is allowed. */
export const reopen = ({ tasks, now }: Workspace, task: TaskRow): TaskRow => {
  const moment = now();
  return tasks.change(task, {
    status: 'PENDING',
    disposition: null,
    reopenedAt: moment,
    reopenReason: null,
    skippedAt: null,
    completedAt: null,
    updatedAt: moment,
  });
};
