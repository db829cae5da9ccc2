import { answerTask } from '../http/answer-task.ts';
import { findTask } from '../http/find-task.ts';
import type { Route } from '../http/route.ts';

export const getTask: Route = {
  method: 'get',
  path: '/tasks/:task_id',
  scope: 'tasks:read',
  answer: (call) => answerTask(call.workspace, findTask(call)),
};
