import { businessIssue, notFoundIssue } from '../api-issue.ts';
import { answerTask } from '../http/answer-task.ts';
import { findTask } from '../http/find-task.ts';
import { readObject, readUuid, readWord } from '../http/read-field.ts';
import type { Route } from '../http/route.ts';
import { reassignmentScopes } from '../workspace/assignee-change.ts';
import { reassign } from '../workspace/reassign.ts';
import type { TaskRow } from '../workspace/task.ts';
import type { Workspace } from '../workspace/workspace.ts';

const readReassignment = (body: unknown) => {
  const { assignee_user_id, scope } = readObject(body ?? {});
  return {
    assigneeId: readUuid('assignee_user_id', assignee_user_id),
    scope: scope === undefined ? 'TASK' : readWord('scope', scope, reassignmentScopes),
  };
};

const refuseUnknownUser = ({ people, assumptions }: Workspace, userId: string): void => {
  if (assumptions.unknownUser === 'allowed' || people.some((person) => person.userId === userId)) return;
  if (assumptions.unknownUser === 'not found') throw notFoundIssue('User', userId);
  throw businessIssue(`User ${userId} is not a member of this workspace.`);
};

const refuseClosedTask = ({ assumptions }: Workspace, task: TaskRow): void => {
  if (assumptions.closedTask === 'allowed' || assumptions.actionableStatuses.includes(task.status)) return;
  throw businessIssue(`A task that is ${task.status} cannot be reassigned.`);
};

export const reassignTask: Route = {
  method: 'patch',
  path: '/tasks/:task_id/assignee',
  scope: 'tasks:write',
  answer: (call) => {
    const { assigneeId, scope } = readReassignment(call.body);
    const task = findTask(call);
    refuseUnknownUser(call.workspace, assigneeId);
    refuseClosedTask(call.workspace, task);
    return answerTask(call.workspace, reassign(call.workspace, { task, assigneeId, scope, by: 'route' }));
  },
};
