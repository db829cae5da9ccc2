import type { PlainOutputField } from 'zapier-platform-core';
import type { TaskReassigned } from '../../contract/event.ts';
import { personOutputFields, samplePeople } from '../people/person-output.ts';
import { sampleTask, taskOutputFields } from '../tasks/task-output.ts';

/** An event with every field that it can have. */
export const sampleEvent = {
  id: 'evt_4f1d2c3b5a69788796a5b4c3d2e1f009',
  type: 'task.reassigned',
  kind: 'reassigned',
  occurred_at: sampleTask.updated_at,
  detected_at: '2026-03-04T14:30:02Z',
  source: 'topo',
  batch_id: 'bat_0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  batch_size: 1,
  previous_assignee: samplePeople.robin,
  new_assignee: samplePeople.kim,
  task: sampleTask,
  sequence_template_id: null,
  changes: [{ task: sampleTask, previous_assignee: samplePeople.robin }],
  changes_count: 1,
} as const satisfies TaskReassigned;

/** The output fields of an event, for later steps. */
export const eventOutputFields: PlainOutputField[] = [
  { key: 'id', label: 'Event', type: 'string', primary: true },
  { key: 'type', label: 'Event Type', type: 'string' },
  { key: 'kind', label: 'Kind of Change', type: 'string' },
  { key: 'occurred_at', label: 'Occurred At', type: 'datetime' },
  { key: 'detected_at', label: 'Detected At', type: 'datetime' },
  { key: 'source', label: 'Changed In', type: 'string' },
  { key: 'batch_id', label: 'Batch', type: 'string' },
  { key: 'batch_size', label: 'Batch Size', type: 'integer' },
  ...personOutputFields('previous_assignee__', 'Previous Assignee'),
  ...personOutputFields('new_assignee__', 'New Assignee'),
  ...taskOutputFields('task__'),
  { key: 'sequence_template_id', label: 'Sequence Template', type: 'string' },
  ...taskOutputFields('changes[]task__'),
  ...personOutputFields('changes[]previous_assignee__', 'Changes Previous Assignee'),
  { key: 'changes_count', label: 'Number of Changes', type: 'integer' },
];
