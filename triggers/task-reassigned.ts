import { defineInputFields, defineTrigger, type InferInputData } from 'zapier-platform-core';
import { eventOutputFields, sampleEvent } from '../zapier/events/event-output.ts';
import { eventTrigger, type Wanted } from '../zapier/events/event-trigger.ts';
import { fieldGroups, filterFields, oncePerField } from '../zapier/events/filter-fields.ts';
import { hookFilterLabels, kindChoices, readHookFilters } from '../zapier/events/hook-filters.ts';
import { readBoolean } from '../zapier/fields/read-boolean.ts';
import { halted } from '../zapier/zapier-error.ts';

const label = { ...hookFilterLabels, also_new: 'Also Start for New Tasks' } as const;

const inputFields = defineInputFields([
  {
    key: 'new_assignee_ids',
    label: label.new_assignee_ids,
    group: 'people',
    type: 'string',
    list: true,
    required: false,
    dynamic: 'person_list.id.label',
    helpText: 'Only tasks that one of these people takes over. Leave it empty for everybody.',
  },
  {
    key: 'previous_assignee_ids',
    label: label.previous_assignee_ids,
    group: 'people',
    type: 'string',
    list: true,
    required: false,
    dynamic: 'person_list.id.label',
    helpText: 'Only tasks that one of these people had before. Leave it empty for everybody.',
  },
  ...filterFields,
  {
    key: 'kinds',
    label: label.kinds,
    group: 'when',
    type: 'string',
    list: true,
    required: false,
    default: 'reassigned',
    choices: kindChoices,
    helpText: 'Which changes start the Zap. Choose all three to hear of every change.',
  },
  {
    key: 'ignore_zapier',
    label: label.ignore_zapier,
    group: 'when',
    type: 'boolean',
    required: false,
    default: 'false',
    helpText:
      'Choose yes if this Zap itself reassigns tasks: then what it does, and what other Zaps do, does not start it again.',
  },
  {
    key: 'also_new',
    label: label.also_new,
    group: 'when',
    type: 'boolean',
    required: false,
    default: 'false',
    helpText:
      'Choose yes to hear of everybody who gets a task, also of tasks that are somebody’s from the start. It does not go ' +
      `together with “${label.previous_assignee_ids}”.`,
  },
  oncePerField('move to the same person'),
]);

type InputData = InferInputData<typeof inputFields>;

const readWanted = (fields: InputData): Wanted => {
  const filters = readHookFilters(fields);
  if (readBoolean(label.also_new, fields.also_new) !== true) return { events: ['task.reassigned'], filters };
  if (filters.previous_assignee_ids === undefined) return { events: ['task.reassigned', 'task.created'], filters };
  throw halted(
    `With “${label.previous_assignee_ids}” the Zap hears of no new task, because nobody had it before. Empty that field, ` +
      `or choose no in “${label.also_new}”.`,
  );
};

const { performSubscribe, performUnsubscribe, perform, performList } = eventTrigger({
  inputFields,
  types: ['task.reassigned', 'task.created'],
  readWanted,
});

export default defineTrigger({
  key: 'task_reassigned',
  noun: 'Task',
  display: {
    label: 'Task Reassigned',
    description: 'Triggers when a task is reassigned to another person.',
  },
  operation: {
    type: 'hook',
    inputFields,
    inputFieldGroups: fieldGroups,
    performSubscribe,
    performUnsubscribe,
    perform,
    performList,
    sample: sampleEvent,
    outputFields: eventOutputFields,
  },
});
