import type { TaskRow } from '../workspace/task.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { writeTask } from '../workspace/write-task.ts';

/** A task as a route returns it: with the fields in which a test wants it malformed. */
export const answerTask = (workspace: Workspace, row: TaskRow): Record<string, unknown> => ({
  ...writeTask(workspace, row),
  ...workspace.malformed.get(row.id),
});
