import { answerList } from '../http/answer-list.ts';
import { readParameter, readWord } from '../http/read-field.ts';
import type { Route } from '../http/route.ts';
import { drawUuidOf } from '../random.ts';
import type { TaskRow } from '../workspace/task.ts';
import { writeInstant } from '../workspace/write-task.ts';

const resourceTypes = ['MESSAGE', 'INVITATION', 'HOT_LEAD', 'MEETING', 'SEQUENCE_STEP', 'SEQUENCE', 'TASK'] as const;

/** Only of tasks, and only if it is assumed that there are such events: then each task has one of each. */
export const listActivities: Route = {
  method: 'get',
  path: '/activities',
  scope: 'activities:read',
  answer: ({ workspace, query }) => {
    const { taskEvents } = workspace.assumptions;
    const type = readParameter(query, 'resource_type', (field, value) => readWord(field, value, resourceTypes));
    const tasks = type === undefined || type === 'TASK' ? workspace.tasks.byCreation : [];
    const listing = {
      rows: tasks.flatMap((task) => taskEvents.map((event) => ({ task, event }))),
      keyOf: ({ task }: { task: TaskRow }) => task.createdAt,
      write: ({ task, event }: { task: TaskRow; event: string }) => ({
        id: drawUuidOf(`${task.id} ${event}`),
        organization_id: workspace.organizationId,
        resource_type: 'TASK',
        resource_id: task.id,
        event_type: event,
        sequence_id: task.sequenceId,
        created_at: writeInstant(workspace, task.createdAt),
      }),
    };
    return answerList(query, listing, workspace.random);
  },
};
