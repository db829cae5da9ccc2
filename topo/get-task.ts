import type { Call } from './call.ts';
import { Task } from './task.ts';

/** `GET /v1/tasks/{task_id}`: inferred without documentation, so expect a 404. Needs `tasks:read`. */
export const getTask = (taskId: string): Call<Task> => ({
  method: 'GET',
  path: `tasks/${encodeURIComponent(taskId)}`,
  needs: 'tasks:read',
  answer: Task,
});
