import { notFoundIssue } from '../api-issue.ts';
import { readUuid } from '../http/read-field.ts';
import type { Task } from '../workspace/task.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { ControlCall } from './control.ts';

/** Finds the task named in the path, in whichever workspace it is; throws a 400 or a 404. */
export const findTaskByHand = ({ workspaces, user, params }: ControlCall): { task: Task; workspace: Workspace } => {
  const id = readUuid('task_id', params['task_id']);
  const task = user.task(id);
  const workspace = workspaces.find(({ organizationId }) => organizationId === task?.organization_id);
  if (task === undefined || workspace === undefined) throw notFoundIssue('Task', id);
  return { task, workspace };
};
