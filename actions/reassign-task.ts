import { type Bundle, defineCreate, defineInputFields, type InferInputData, type ZObject } from 'zapier-platform-core';
import { type Reassignment, reassignScopes, reassignTask } from '../topo/reassign-task.ts';
import type { Task } from '../topo/task.ts';
import { callTopo } from '../zapier/call-topo.ts';
import { readChoice, readId } from '../zapier/read-field.ts';
import { sampleTask, taskOutputFields } from '../zapier/task-output.ts';
import { withIntent } from '../zapier/with-intent.ts';

const scopeLabels = {
  TASK: 'Only this task',
  SEQUENCE: 'This task and the contact’s other open tasks in the same sequence',
} as const satisfies Record<(typeof reassignScopes)[number], string>;

const inputFields = defineInputFields([
  {
    key: 'task_id',
    label: 'Task',
    type: 'string',
    required: true,
    dynamic: 'task_list.id.label',
    helpText:
      'The list shows open tasks, newest first. To act on whatever task started the Zap, map it from that step.',
  },
  {
    key: 'assignee_user_id',
    label: 'New Assignee',
    type: 'string',
    required: true,
    dynamic: 'person_list.id.label',
    helpText:
      'Who takes over. The list shows the people who hold open tasks now; for anybody else, map the user from an ' +
      'earlier step.',
  },
  {
    key: 'scope',
    label: 'What to Reassign',
    type: 'string',
    required: false,
    default: 'TASK',
    choices: reassignScopes.map((scope) => ({ value: scope, sample: scope, label: scopeLabels[scope] })),
    helpText:
      'Topo’s screens call a whole campaign a sequence. The second choice is about one contact: it also moves the other ' +
      'open tasks that the same campaign made for this contact. Tasks of other contacts stay where they are.',
  },
]);

type InputData = InferInputData<typeof inputFields>;

/** Gives a task to somebody and answers the task as it is now. */
const perform = (z: ZObject, { inputData }: Bundle<InputData>): Promise<Task> => {
  const reassignment: Reassignment = {
    taskId: readId('Task', inputData.task_id),
    assigneeId: readId('New Assignee', inputData.assignee_user_id),
    scope: readChoice('What to Reassign', inputData.scope, reassignScopes) ?? 'TASK',
  };
  return withIntent(z, reassignment, () => callTopo(z, reassignTask(reassignment)));
};

export default defineCreate({
  key: 'reassign_task',
  noun: 'Task',
  display: {
    label: 'Reassign Task',
    description: 'Gives a task, or all open tasks of its contact in the same sequence, to another person.',
  },
  operation: {
    inputFields,
    perform,
    sample: sampleTask,
    outputFields: taskOutputFields(),
  },
});
