import { findTask } from '../http/find-task.ts';
import type { Route } from '../http/route.ts';
import { writeMessages } from '../seed/write-messages.ts';

export const listMessages: Route = {
  method: 'get',
  path: '/tasks/:task_id/messages',
  scope: 'tasks:read',
  answer: (call) => writeMessages(call.workspace, findTask(call)),
};
