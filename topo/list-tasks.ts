import type * as z from 'zod';
import type { Call } from './call.ts';
import { listOf } from './list.ts';
import { Task } from './task.ts';

const TaskPage = listOf(Task);
export type TaskPage = z.infer<typeof TaskPage>;

/** `page` counts from 1, `size` is 1 to 100. Topo has no filter for unassigned tasks and none on `updated_at`. */
export type TaskQuery = {
  page?: number;
  size?: number;
  sortBy?: 'created_at' | 'updated_at';
  sortOrder?: 'asc' | 'desc';
  sequenceId?: string;
  sequenceTemplateIds?: readonly string[];
  types?: readonly string[];
  status?: string;
  priorities?: readonly string[];
  assigneeId?: string;
};

/** `GET /v1/tasks` (docs.topo.io, List Tasks). Needs `tasks:read`. */
export const listTasks = (query: TaskQuery): Call<TaskPage> => ({
  method: 'GET',
  path: 'tasks',
  query: {
    page: query.page,
    size: query.size,
    sort_by: query.sortBy,
    sort_order: query.sortOrder,
    sequence_id: query.sequenceId,
    sequence_template_ids: query.sequenceTemplateIds,
    types: query.types,
    status: query.status,
    priorities: query.priorities,
    assignee_user_id: query.assigneeId,
  },
  needs: 'tasks:read',
  answer: TaskPage,
});
