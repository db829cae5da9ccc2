import { commitIssue } from '../api-issue.ts';
import { answerTask } from '../http/answer-task.ts';
import { findTask } from '../http/find-task.ts';
import type { Route } from '../http/route.ts';
import { isClosed } from '../workspace/task.ts';

export const skipTask: Route = {
  method: 'post',
  path: '/tasks/:task_id/skip',
  scope: 'tasks:write',
  answer: (call) => {
    const { workspace } = call;
    const task = findTask(call);
    if (isClosed(task)) throw commitIssue(`A task that is ${task.status} cannot be skipped.`);
    const moment = workspace.now();
    const skipped = workspace.tasks.change(task, { status: 'SKIPPED', skippedAt: moment, updatedAt: moment });
    return answerTask(workspace, skipped);
  },
};
