import type { PlainOutputField } from 'zapier-platform-core';
import { inWords, type TaskEvent } from '../../contract/event.ts';
import { personIdField, personNameFields, personOutputFields, samplePeople } from '../people/person-output.ts';
import {
  factsIdFields,
  factsOutputFields,
  isId,
  labelOutputFields,
  sampleFacts,
  sampleTask,
  taskOutputFields,
} from '../tasks/task-output.ts';

/** An event with every field that it can have. */
export const sampleEvent = inWords({
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
  sequence_template_id: sampleFacts.sequence_template.id,
  changes: [{ task: sampleTask, previous_assignee: samplePeople.robin }],
  changes_count: 1,
  ...sampleFacts,
  task_url: null,
} as const) satisfies TaskEvent;

/** A person of an event. */
export type PersonKey = 'new_assignee' | 'previous_assignee';

/** An event as a Zap gets it: where one of its people is nobody in all events of a trigger, without that person. */
export type Told = Omit<TaskEvent, PersonKey> & Partial<Pick<TaskEvent, PersonKey>>;

/** The event without a person. */
export const without = (event: TaskEvent, person: PersonKey | undefined): Told => {
  if (person === undefined) return event;
  const { [person]: _nobody, ...told } = event;
  return told;
};

const taskFields = taskOutputFields('task__');

/** The output fields of an event, for later steps, in the order in which the editor shows them: words first, ids last. */
export const eventOutputFields: PlainOutputField[] = [
  { key: 'summary', label: 'Summary', type: 'string' },
  ...personNameFields('new_assignee__', 'New Assignee'),
  ...personNameFields('previous_assignee__', 'Previous Assignee'),
  ...factsOutputFields,
  ...labelOutputFields(),
  { key: 'task_url', label: 'Link to Task', type: 'string' },
  { key: 'changes_count', label: 'Number of Changes', type: 'integer' },
  { key: 'kind', label: 'Kind of Change', type: 'string' },
  { key: 'source', label: 'Changed In', type: 'string' },
  { key: 'occurred_at', label: 'Occurred At', type: 'datetime' },
  { key: 'detected_at', label: 'Detected At', type: 'datetime' },
  ...taskFields.filter((field) => !isId(field)),
  {
    key: 'changes',
    label: 'Changes',
    children: [
      ...taskOutputFields('task__', 'Changes '),
      ...personOutputFields('previous_assignee__', 'Changes Previous Assignee'),
    ],
  },
  { key: 'batch_size', label: 'Batch Size', type: 'integer' },
  { key: 'type', label: 'Event Type', type: 'string' },
  ...taskFields.filter(isId),
  personIdField('new_assignee__', 'New Assignee'),
  personIdField('previous_assignee__', 'Previous Assignee'),
  ...factsIdFields,
  { key: 'sequence_template_id', label: 'Sequence Template', type: 'string' },
  { key: 'batch_id', label: 'Batch', type: 'string' },
  { key: 'id', label: 'Event', type: 'string', primary: true },
];

/** The output fields of an event that has only one of the two people, who is its assignee then. */
export const outputFieldsWithOnly = (person: PersonKey): PlainOutputField[] => {
  const [other, label] =
    person === 'new_assignee' ? ['previous_assignee', 'New Assignee'] : ['new_assignee', 'Previous Assignee'];
  return eventOutputFields
    .filter(({ key }) => !key.startsWith(`${other}__`))
    .map((field) => (field.label === undefined ? field : { ...field, label: field.label.replace(label, 'Assignee') }));
};
