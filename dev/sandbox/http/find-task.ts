import { notFoundIssue } from '../api-issue.ts';
import type { TaskRow } from '../workspace/task.ts';
import { readUuid } from './read-field.ts';
import type { Call } from './route.ts';

/** Finds the task named in the path, in the key's own workspace; throws a 400 or a 404. */
export const findTask = ({ workspace, params }: Call): TaskRow => {
  const id = readUuid('task_id', params['task_id']);
  const task = workspace.tasks.find(id);
  if (task === undefined) throw notFoundIssue('Task', id);
  return task;
};
