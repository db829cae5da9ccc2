import { findTask } from '../http/find-task.ts';
import type { Route } from '../http/route.ts';
import { writeTask } from '../workspace/write-task.ts';

export const getTask: Route = {
  method: 'get',
  path: '/tasks/:task_id',
  scope: 'tasks:read',
  answer: (call) => writeTask(call.workspace, findTask(call)),
};
