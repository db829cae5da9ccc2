import type { PlainOutputField } from 'zapier-platform-core';
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
  type: 'Task Type',
  priority: 'Task Priority',
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

/** The output fields of a task, for later steps. `prefix` is its place in the step's output, such as `task__`. */
export const taskOutputFields = (prefix = ''): PlainOutputField[] =>
  Object.entries(labels).map(([key, label]) => ({
    key: prefix + key,
    label: prefix.includes('[]') ? `Changes ${label}` : label,
    type: key.endsWith('_at') ? 'datetime' : 'string',
  }));
