import { defineInputFields, defineTrigger, type InferInputData } from 'zapier-platform-core';
import { eventTrigger } from '../zapier/events/event-trigger.ts';
import { fieldGroups, filterFields, oncePerField } from '../zapier/events/filter-fields.ts';
import { hookFilterLabels, readHookFilters } from '../zapier/events/hook-filters.ts';
import { newTaskOutputFields, sampleNewTask } from '../zapier/events/new-task-output.ts';
import { readBoolean } from '../zapier/fields/read-boolean.ts';

const label = {
  ...hookFilterLabels,
  new_assignee_ids: 'Assignee',
  reopened: 'Also Start When a Task Is Reopened',
} as const;

const inputFields = defineInputFields([
  {
    key: 'new_assignee_ids',
    label: label.new_assignee_ids,
    group: 'people',
    type: 'string',
    list: true,
    required: false,
    dynamic: 'assignee_list.id.label',
    helpText:
      'Only new tasks of these people. Choose “Nobody” for tasks that wait for somebody to take them. Leave it empty for ' +
      'all new tasks.',
  },
  ...filterFields,
  {
    key: 'reopened',
    label: label.reopened,
    group: 'when',
    type: 'boolean',
    required: false,
    default: 'false',
    helpText: 'Choose yes to hear also of tasks that were done or skipped and are open again.',
  },
  oncePerField('come'),
]);

type InputData = InferInputData<typeof inputFields>;

const { performSubscribe, performUnsubscribe, perform, performList } = eventTrigger<InputData>({
  inputFields,
  types: ['task.created', 'task.reopened'],
  nobody: 'previous_assignee',
  readWanted: (fields) => ({
    events:
      readBoolean(label.reopened, fields.reopened) === true ? ['task.created', 'task.reopened'] : ['task.created'],
    filters: readHookFilters(fields, label),
  }),
});

export default defineTrigger({
  key: 'new_task',
  noun: 'Task',
  display: {
    label: 'New Task',
    description: 'Triggers when a new task waits for somebody.',
  },
  operation: {
    type: 'hook',
    inputFields,
    inputFieldGroups: fieldGroups,
    performSubscribe,
    performUnsubscribe,
    perform,
    performList,
    sample: sampleNewTask,
    outputFields: newTaskOutputFields,
  },
});
