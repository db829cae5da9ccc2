import { defineInputFields, defineTrigger, type InferInputData } from 'zapier-platform-core';
import { eventTrigger } from '../zapier/events/event-trigger.ts';
import { fieldGroups, filterFields, oncePerField } from '../zapier/events/filter-fields.ts';
import {
  dispositionChoices,
  hookFilterLabels,
  outcomeChoices,
  readHookFilters,
} from '../zapier/events/hook-filters.ts';
import { sampleTaskClosed, taskClosedOutputFields } from '../zapier/events/task-closed-output.ts';

const label = { ...hookFilterLabels, previous_assignee_ids: 'Assignee' } as const;

const inputFields = defineInputFields([
  {
    key: 'previous_assignee_ids',
    label: label.previous_assignee_ids,
    group: 'people',
    type: 'string',
    list: true,
    required: false,
    dynamic: 'person_list.id.label',
    helpText: 'Only tasks that these people had. Leave it empty for everybody’s.',
  },
  {
    key: 'outcomes',
    label: label.outcomes,
    group: 'which_tasks',
    type: 'string',
    list: true,
    required: false,
    choices: outcomeChoices,
    helpText: 'Only tasks that were done, or only those that were skipped. Leave it empty for both.',
  },
  {
    key: 'dispositions',
    label: label.dispositions,
    group: 'which_tasks',
    type: 'string',
    list: true,
    required: false,
    choices: dispositionChoices,
    helpText: 'Only calls that came to this. Leave it empty for all calls and all other tasks.',
  },
  ...filterFields,
  oncePerField('are closed'),
]);

type InputData = InferInputData<typeof inputFields>;

const { performSubscribe, performUnsubscribe, perform, performList } = eventTrigger<InputData>({
  inputFields,
  types: ['task.closed'],
  nobody: 'new_assignee',
  readWanted: (fields) => ({
    events: ['task.closed'],
    filters: readHookFilters(fields, label),
  }),
});

export default defineTrigger({
  key: 'task_closed',
  noun: 'Task',
  display: {
    label: 'Task Closed',
    description: 'Triggers when a task is done or skipped.',
  },
  operation: {
    type: 'hook',
    inputFields,
    inputFieldGroups: fieldGroups,
    performSubscribe,
    performUnsubscribe,
    perform,
    performList,
    sample: sampleTaskClosed,
    outputFields: taskClosedOutputFields,
  },
});
