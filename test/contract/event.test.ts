import { expect, test } from '@jest/globals';
import { inWords, TaskEvent } from '../../contract/event.ts';
import { sampleEvent } from '../../zapier/events/event-output.ts';

/** The event as the first release wrote it. */
const released = () => {
  const {
    contact: _contact,
    sequence_template: _template,
    type_label: _type,
    priority_label: _priority,
    summary: _summary,
    task_url: _url,
    ...event
  } = structuredClone(sampleEvent);
  return event;
};

test('an event that says what it is about is read as it was sent', () => {
  const sent = { ...sampleEvent, summary: 'As the server put it.', task_url: 'https://app.topo.example/tasks/1' };
  expect(TaskEvent.parse(sent)).toEqual(sent);
});

test('an event of the first release is completed from what it says', () => {
  expect(TaskEvent.parse(released())).toEqual({
    ...released(),
    contact: { id: null, name: null, email: null, company: null },
    sequence_template: { id: sampleEvent.sequence_template_id, name: null },
    type_label: 'Call',
    priority_label: 'Hot',
    summary: 'A call (hot) went from Robin Okafor to Kim Lindqvist.',
    task_url: null,
  });
});

test('a task without type and priority has no words for them', () => {
  const { type: _type, priority: _priority, ...task } = sampleEvent.task;
  const event = { ...sampleEvent, task, changes: [{ task, previous_assignee: sampleEvent.previous_assignee }] };
  expect(inWords(event)).toMatchObject({
    type_label: null,
    priority_label: null,
    summary: 'A task about Ada Moreau at Initech (Trial Follow-up) went from Robin Okafor to Kim Lindqvist.',
  });
});
