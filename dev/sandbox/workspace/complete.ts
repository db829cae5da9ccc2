import type { Disposition, TaskRow } from './task.ts';
import type { Workspace } from './workspace.ts';

/**
 * Completes a task. Whether Topo always knows what a call came to is not documented, so it is null unless it is said. The
 * caller decides whether that is allowed.
 */
export const complete = ({ tasks, now }: Workspace, task: TaskRow, disposition: Disposition | null): TaskRow => {
  const moment = now();
  return tasks.change(task, {
    status: 'COMPLETED',
    disposition,
    skippedAt: null,
    completedAt: moment,
    updatedAt: moment,
  });
};
