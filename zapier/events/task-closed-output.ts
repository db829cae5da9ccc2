import type { PlainOutputField } from 'zapier-platform-core';
import { inWords } from '../../contract/event.ts';
import { nobody } from '../../contract/person.ts';
import { samplePeople } from '../people/person-output.ts';
import { sampleTask } from '../tasks/task-output.ts';
import { outputFieldsWithOnly, sampleEvent, without } from './event-output.ts';

const closedTask = { ...sampleTask, status: 'COMPLETED', disposition: 'ANSWERED' } as const;

/** An event of a task that was closed, with every field that it can have. */
export const sampleTaskClosed = without(
  inWords({
    ...sampleEvent,
    type: 'task.closed',
    kind: 'closed',
    previous_assignee: samplePeople.robin,
    new_assignee: nobody,
    task: { ...closedTask, assignee_user_id: samplePeople.robin.user_id },
    changes: [
      {
        task: { ...closedTask, assignee_user_id: samplePeople.robin.user_id },
        previous_assignee: samplePeople.robin,
      },
    ],
    outcome: 'completed',
    disposition: 'ANSWERED',
    open_seconds: 86_400,
  } as const),
  'new_assignee',
);

const [summaryField, ...otherFields] = outputFieldsWithOnly('previous_assignee');

/** The output fields of a task that was closed, for later steps: nobody has it any more. */
export const taskClosedOutputFields: PlainOutputField[] = [
  ...(summaryField === undefined ? [] : [summaryField]),
  { key: 'outcome', label: 'Outcome', type: 'string' },
  { key: 'disposition', label: 'Outcome of a Call', type: 'string' },
  { key: 'open_seconds', label: 'Open for Seconds', type: 'integer' },
  ...otherFields,
];
