import type { PlainOutputField } from 'zapier-platform-core';
import { inWords } from '../../contract/event.ts';
import { nobody } from '../../contract/person.ts';
import { sampleTask } from '../tasks/task-output.ts';
import { outputFieldsWithOnly, sampleEvent, without } from './event-output.ts';

/** An event of a new task, with every field that it can have. */
export const sampleNewTask = without(
  inWords({
    ...sampleEvent,
    type: 'task.created',
    kind: 'created',
    occurred_at: sampleTask.created_at,
    previous_assignee: nobody,
    changes: [{ task: sampleTask, previous_assignee: nobody }],
  } as const),
  'previous_assignee',
);

/** The output fields of a new task, for later steps: nobody had it before. */
export const newTaskOutputFields: PlainOutputField[] = outputFieldsWithOnly('new_assignee');
