import { taskPriorities, taskTypes } from '../../topo/task.ts';
import { choicesOf } from '../fields/dropdown.ts';
import { readEnumValues } from '../fields/read-choice.ts';
import { readIds } from '../fields/read-id.ts';
import { taskPriorityLabels, taskTypeLabels } from '../wording/labels.ts';
import type { OpenTaskQuery } from './list-open-tasks.ts';

/** The labels of the fields that narrow a list of tasks, which their errors name too. */
export const taskFilterLabels = {
  task_types: 'Task Type',
  priorities: 'Priority',
  sequence_template_ids: 'Template',
} as const;

type Fields = Partial<Record<keyof typeof taskFilterLabels, unknown>>;

/** Which tasks the fields leave; a blank field leaves all of them. */
export const readTaskFilters = (
  fields: Fields,
): Pick<OpenTaskQuery, 'types' | 'priorities' | 'sequenceTemplateIds'> => {
  const types = readEnumValues(taskFilterLabels.task_types, fields.task_types);
  const priorities = readEnumValues(taskFilterLabels.priorities, fields.priorities);
  const sequenceTemplateIds = readIds(taskFilterLabels.sequence_template_ids, fields.sequence_template_ids);
  return {
    ...(types === undefined ? {} : { types }),
    ...(priorities === undefined ? {} : { priorities }),
    ...(sequenceTemplateIds === undefined ? {} : { sequenceTemplateIds }),
  };
};

/**
 * The fields that narrow a list of tasks.
 *
 * @param purpose what they narrow, as the end of “Only tasks of these types …”.
 */
export const taskFilterFields = (purpose: string) =>
  [
    {
      key: 'task_types',
      label: taskFilterLabels.task_types,
      type: 'string',
      list: true,
      required: false,
      choices: choicesOf(taskTypes, taskTypeLabels),
      helpText: `Only tasks of these types ${purpose}. Leave it empty for all of them.`,
    },
    {
      key: 'priorities',
      label: taskFilterLabels.priorities,
      type: 'string',
      list: true,
      required: false,
      choices: choicesOf(taskPriorities, taskPriorityLabels),
      helpText: `Only tasks of these priorities ${purpose}. Leave it empty for all of them.`,
    },
    {
      key: 'sequence_template_ids',
      label: taskFilterLabels.sequence_template_ids,
      type: 'string',
      list: true,
      required: false,
      dynamic: 'template_list.id.label',
      helpText:
        `Only tasks of these campaigns, which Topo’s screens call sequences, ${purpose}. Leave it empty for all of ` +
        'them. The list needs an API key with the scope sequences:read.',
    },
  ] as const;
