import type { Call } from './call.ts';
import { WrittenTask } from './task.ts';

/** `TASK` moves one task; `SEQUENCE` also every other actionable task of the same contact's run of the sequence. */
export const reassignScopes = ['TASK', 'SEQUENCE'] as const;
export type ReassignScope = (typeof reassignScopes)[number];

export type Reassignment = { taskId: string; assigneeId: string; scope: ReassignScope };

/**
 * `PATCH /v1/tasks/{task_id}/assignee` (docs.topo.io, Reassign Task). Needs `tasks:write`. Returns only the
 * named task, even for `SEQUENCE`.
 */
export const reassignTask = ({ taskId, assigneeId, scope }: Reassignment): Call<WrittenTask> => ({
  method: 'PATCH',
  path: `tasks/${encodeURIComponent(taskId)}/assignee`,
  json: { assignee_user_id: assigneeId, scope },
  needs: 'tasks:write',
  answer: WrittenTask,
});
