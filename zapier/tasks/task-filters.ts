import type { TaskQuery } from '../../topo/list-tasks.ts';
import { taskPriorities, taskTypes } from '../../topo/task.ts';
import { choicesOf } from '../fields/dropdown.ts';
import { readEnumValues } from '../fields/read-enum-value.ts';
import { readIds } from '../fields/read-id.ts';
import { taskPriorityLabels, taskTypeLabels } from '../wording/labels.ts';

/** The labels of the fields that filter tasks; error messages use them too. */
export const taskFilterLabels = {
  task_types: 'Task Type',
  priorities: 'Priority',
  sequence_template_ids: 'Template',
} as const;

/** Which tasks: of types, of priorities or of templates. */
export type TaskFilters = Pick<TaskQuery, 'types' | 'priorities' | 'sequenceTemplateIds'>;

/** Topo's types and priorities in the words of our lists. */
export const taskTypeChoices = choicesOf(taskTypes, taskTypeLabels);
export const taskPriorityChoices = choicesOf(taskPriorities, taskPriorityLabels);

type Fields = Partial<Record<keyof typeof taskFilterLabels, unknown>>;

/** Reads the fields that filter tasks. A blank field is no filter. */
export const readTaskFilters = (fields: Fields): TaskFilters => {
  const types = readEnumValues(taskFilterLabels.task_types, fields.task_types, taskTypeChoices);
  const priorities = readEnumValues(taskFilterLabels.priorities, fields.priorities, taskPriorityChoices);
  const sequenceTemplateIds = readIds(taskFilterLabels.sequence_template_ids, fields.sequence_template_ids);
  return {
    ...(types === undefined ? {} : { types }),
    ...(priorities === undefined ? {} : { priorities }),
    ...(sequenceTemplateIds === undefined ? {} : { sequenceTemplateIds }),
  };
};

/** The group of a field, in a step that has groups. */
const inGroup = (group: string | undefined) => (group === undefined ? {} : { group });

/**
 * The input fields that filter tasks.
 *
 * @param purpose what is filtered, as the end of “Only tasks of these types …”.
 * @param group the group that they stand in, in a step that has groups.
 */
export const taskFilterFields = (purpose: string, group?: string) =>
  [
    {
      key: 'task_types',
      label: taskFilterLabels.task_types,
      ...inGroup(group),
      type: 'string',
      list: true,
      required: false,
      choices: taskTypeChoices,
      helpText: `Only tasks of these types ${purpose}. Leave it empty for all of them.`,
    },
    {
      key: 'priorities',
      label: taskFilterLabels.priorities,
      ...inGroup(group),
      type: 'string',
      list: true,
      required: false,
      choices: taskPriorityChoices,
      helpText: `Only tasks of these priorities ${purpose}. Leave it empty for all of them.`,
    },
    {
      key: 'sequence_template_ids',
      label: taskFilterLabels.sequence_template_ids,
      ...inGroup(group),
      type: 'string',
      list: true,
      required: false,
      dynamic: 'template_list.id.label',
      helpText:
        `Only tasks of these campaigns, which Topo’s screens call sequences, ${purpose}. Leave it empty for all of ` +
        'them. The list needs an API key with the scope sequences:read.',
    },
  ] as const;

/** What a field for a contact’s e-mail shows while it is empty. */
export const contactEmailExample = 'name@company.com';

/** The labels of the fields that narrow only the list of the field “Task”. */
export const taskListLabels = { list_assignee_id: 'List Tasks Of', list_contact_email: 'List Tasks About' } as const;

/**
 * The input fields that make the list of the field “Task” shorter, and change nothing else.
 *
 * @param group the group that they stand in, in a step that has groups.
 */
export const taskListFields = (group?: string) =>
  [
    {
      key: 'list_assignee_id',
      label: taskListLabels.list_assignee_id,
      ...inGroup(group),
      type: 'string',
      required: false,
      dynamic: 'assignee_list.id.label',
      helpText:
        'Only tasks of this person, or of nobody, are in the list of the field “Task”. It checks nothing in a run.',
    },
    {
      key: 'list_contact_email',
      label: taskListLabels.list_contact_email,
      ...inGroup(group),
      type: 'string',
      placeholder: contactEmailExample,
      required: false,
      helpText:
        'Only tasks about the contact with this e-mail are in the list of the field “Task”. Needs the integration’s ' +
        'webhook server. It checks nothing in a run.',
    },
    ...taskFilterFields('are in the list of the field “Task”', group),
  ] as const;
