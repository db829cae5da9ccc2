import { taskPriorityChoices, taskTypeChoices } from '../tasks/task-filters.ts';
import { oncePerChoices, oncePerLabel } from './event-trigger.ts';
import { hookFilterLabels } from './hook-filters.ts';

/** The groups of a trigger's fields, in their order. */
export const fieldGroups = [
  { key: 'people', label: 'Who' },
  { key: 'which_tasks', label: 'Which Tasks' },
  { key: 'when', label: 'When the Zap Runs' },
];

/** The fields that narrow every trigger of tasks, whatever happens to them. */
export const filterFields = [
  {
    key: 'task_types',
    label: hookFilterLabels.task_types,
    group: 'which_tasks',
    type: 'string',
    list: true,
    required: false,
    choices: taskTypeChoices,
    helpText: 'Only tasks of these types. Leave it empty for all of them.',
  },
  {
    key: 'priorities',
    label: hookFilterLabels.priorities,
    group: 'which_tasks',
    type: 'string',
    list: true,
    required: false,
    choices: taskPriorityChoices,
    helpText: 'Only tasks of these priorities. Leave it empty for all of them.',
  },
  {
    key: 'sequence_template_ids',
    label: hookFilterLabels.sequence_template_ids,
    group: 'which_tasks',
    type: 'string',
    list: true,
    required: false,
    dynamic: 'template_list.id.label',
    helpText:
      'Only tasks of contacts who run through one of these sequences. Leave it empty for all of them. The list needs an ' +
      'API key that also has the scope `sequences:read`.',
  },
] as const;

/** Whether tasks that come together start one run; `come` says how they do. */
export const oncePerField = (come: string) =>
  ({
    key: 'once_per',
    label: oncePerLabel,
    group: 'when',
    type: 'string',
    required: false,
    default: 'task',
    choices: oncePerChoices,
    helpText: `What to do when several tasks of one contact ${come} together.`,
  }) as const;
