import { commitIssue } from '../api-issue.ts';
import { answerTask } from '../http/answer-task.ts';
import { findTask } from '../http/find-task.ts';
import type { Route } from '../http/route.ts';
import { reopen } from '../workspace/reopen.ts';
import { isClosed } from '../workspace/task.ts';

export const reopenTask: Route = {
  method: 'post',
  path: '/tasks/:task_id/reopen',
  scope: 'tasks:write',
  answer: (call) => {
    const { workspace } = call;
    const task = findTask(call);
    if (!isClosed(task)) throw commitIssue(`A task that is ${task.status} is open already.`);
    return answerTask(workspace, reopen(workspace, task));
  },
};
