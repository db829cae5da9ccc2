import type { PlainOutputField } from 'zapier-platform-core';
import { taskLabels } from '../../contract/labels.ts';
import type { TaskFacts } from '../../contract/task-facts.ts';
import { type ToldFacts, toldFacts } from '../../contract/told-facts.ts';
import type { Task } from '../../topo/task.ts';
import { samplePeople } from '../people/person-output.ts';

/** A task as Topo gives it, with every field of its documentation. */
export const sampleTask = {
  id: '8d2b6c1e-5f0a-4c67-9d43-2b7a1f90e6c5',
  organization_id: '5a7f3e21-9c84-4b1d-8e60-f3d2c1b0a987',
  type: 'CALL',
  priority: 'HOT',
  status: 'PENDING',
  sequence_id: 'c4e19d72-0b36-4f58-a1d9-6e8b7c5a4f32',
  assignee_user_id: samplePeople.kim.user_id,
  disposition: null,
  reopened_at: null,
  reopen_reason: null,
  skipped_at: null,
  completed_at: null,
  created_at: '2026-03-02T09:15:00Z',
  updated_at: '2026-03-04T14:30:00Z',
} as const satisfies Task;

const labels: Record<keyof typeof sampleTask, string> = {
  id: 'Task',
  organization_id: 'Workspace',
  type: 'Task Type Code',
  priority: 'Task Priority Code',
  status: 'Task Status',
  sequence_id: 'Contact’s Sequence',
  assignee_user_id: 'Task Assignee',
  disposition: 'Call Outcome',
  reopened_at: 'Task Reopened At',
  reopen_reason: 'Task Reopen Reason',
  skipped_at: 'Task Skipped At',
  completed_at: 'Task Completed At',
  created_at: 'Task Created At',
  updated_at: 'Task Updated At',
};

/**
 * The output fields of a task, for later steps.
 *
 * @param prefix the place of the task in the step's output, such as `task__`.
 * @param labelPrefix tells its labels from those of another task.
 */
export const taskOutputFields = (prefix = '', labelPrefix = ''): PlainOutputField[] =>
  Object.entries(labels).map(([key, label]) => ({
    key: prefix + key,
    label: labelPrefix + label,
    type: key.endsWith('_at') ? 'datetime' : 'string',
  }));

/** Whether a field is of use to later steps, but not to read. */
export const isId = ({ key }: PlainOutputField): boolean => /(^|_)id$/.test(key);

/** The task in the words of our labels, and what it is about, where a step knows that. */
export const describedTask = <Described extends Parameters<typeof taskLabels>[0]>(
  task: Described,
  facts?: TaskFacts,
): Described & ReturnType<typeof taskLabels> & Partial<ToldFacts> => ({
  ...task,
  ...taskLabels(task),
  ...(facts === undefined ? {} : toldFacts(facts)),
});

/** The output fields of the labels that `describedTask` adds. */
export const labelOutputFields = (prefix = '', labelPrefix = ''): PlainOutputField[] => [
  { key: `${prefix}type_label`, label: `${labelPrefix}Task Type`, type: 'string' },
  { key: `${prefix}priority_label`, label: `${labelPrefix}Task Priority`, type: 'string' },
];

/** What the sample task is about. */
export const sampleFacts = {
  contact: {
    id: '2f6a9c1d-3b4e-4d5f-8a7b-9c0d1e2f3a4b',
    name: 'Ada Moreau',
    email: 'ada@initech.example',
    company: 'Initech',
  },
  sequence_template: { id: '3e7d1c5a-8b2f-4a6e-9d0c-1f2e3d4c5b6a', name: 'Trial Follow-up' },
} as const satisfies ToldFacts;

/** What people read of the facts. */
export const factsOutputFields: PlainOutputField[] = [
  { key: 'contact__name', label: 'Contact Name', type: 'string' },
  { key: 'contact__email', label: 'Contact Email', type: 'string' },
  { key: 'contact__company', label: 'Contact Company', type: 'string' },
  { key: 'sequence_template__name', label: 'Template Name', type: 'string' },
];

/** What later steps take of the facts. */
export const factsIdFields: PlainOutputField[] = [
  { key: 'contact__id', label: 'Contact', type: 'string' },
  { key: 'sequence_template__id', label: 'Template', type: 'string' },
];
