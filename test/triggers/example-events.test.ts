import { expect, test } from '@jest/globals';
import type { TaskEvent } from '../../contract/event.ts';
import { createContact, untilKnown } from '../support/known-contacts.ts';
import { type RealLoop, startRealLoop } from '../support/real-loop.ts';
import { first } from '../support/topo-sandbox.ts';
import { runApp } from '../support/zapier-app.ts';

// What the editor shows before anything was reassigned, with a webhook server that knows people and tasks.

const trigger = 'triggers.task_reassigned';

const examplesWith = async (app: RealLoop['app'], inputData: Record<string, unknown> = {}) =>
  (await app.run(`${trigger}.operation.performList`, { inputData })) as TaskEvent[];

const name = async ({ serverUrl, workspace }: RealLoop, userId: string, names: { name: string; email: string }) => {
  const headers = { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' };
  const body = JSON.stringify(names);
  const { ok } = await fetch(`${serverUrl}/people/${userId}`, { method: 'PUT', headers, body });
  expect(ok).toBe(true);
};

const holderNames = { name: 'Kim Lindqvist', email: 'kim@example.com' };
const takerNames = { name: 'Robin Okafor', email: 'robin@example.com' };
const contact = { name: 'Ada Moreau', email: 'ada@initech.example', company: 'Initech' };

/** One task about Ada Moreau, and two people with names, one of whom has it. */
const startWithTask = async () => {
  const loop = await startRealLoop({ taskCount: 0 });
  const [holder, taker] = loop.workspace.people.map(({ userId }) => userId);
  if (holder === undefined || taker === undefined) throw new Error('There are too few people.');
  const { sequenceId } = createContact(loop, contact.email);
  const task = loop.sandbox.createTask({
    type: 'CALL',
    priority: 'HOT',
    sequence_id: sequenceId,
    assignee_user_id: holder,
  });
  const template = loop.workspace.templates.find(
    ({ id }) => id === loop.workspace.sequences.get(sequenceId)?.templateId,
  );
  if (template === undefined) throw new Error('The sequence has no template.');
  await name(loop, holder, holderNames);
  await name(loop, taker, takerNames);
  await untilKnown(loop);
  return { loop, task, holder, taker, template: { id: template.id, name: template.name } };
};

test('the example says of a real task who has it and what it is about, as its event will', async () => {
  const { loop, task, holder, taker, template } = await startWithTask();
  const example = first(await examplesWith(loop.app));
  expect(example).toMatchObject({
    id: `evt_example_${task.id}`,
    new_assignee: { user_id: holder, ...holderNames },
    previous_assignee: { name: 'Example Person' },
    changes: [{ previous_assignee: example.previous_assignee }],
    contact,
    sequence_template_id: template.id,
    sequence_template: template,
    type_label: 'Call',
    priority_label: 'Hot',
    summary: `A call with Ada Moreau at Initech (${template.name}, hot) went from Example Person to Kim Lindqvist.`,
  });

  await loop.turnOn(trigger, '/zap');
  loop.sandbox.reassign(task.id, taker);
  const event = JSON.parse(first(await loop.received('/zap')).body) as TaskEvent;
  for (const key of ['contact', 'sequence_template', 'sequence_template_id', 'type_label', 'priority_label'] as const) {
    expect(example[key]).toEqual(event[key]);
  }
});

test('the people whom the fields name have their names in the example, also when no task fits', async () => {
  const { loop, holder, taker, template } = await startWithTask();
  const inputData = {
    new_assignee_ids: taker,
    previous_assignee_ids: holder,
    sequence_template_ids: template.id.toUpperCase(),
  };
  const people = {
    new_assignee: { user_id: taker, ...takerNames },
    previous_assignee: { user_id: holder, ...holderNames },
  };
  expect(await examplesWith(loop.app, inputData)).toMatchObject([{ ...people, sequence_template: template }]);
  const invented = await examplesWith(loop.app, { ...inputData, task_types: 'EMAIL_REPLY' });
  expect(invented).toMatchObject([{ ...people, contact: { name: 'Example Contact' } }]);
});

test.each([
  ['assigned', { previous_assignee: { user_id: null, name: null, email: null }, new_assignee: holderNames }],
  ['unassigned', { previous_assignee: { name: 'Example Person' }, new_assignee: { user_id: null, name: null } }],
])('an example that is %s names nobody where there is nobody', async (kinds, people) => {
  const { loop } = await startWithTask();
  expect(await examplesWith(loop.app, { kinds })).toMatchObject([{ kind: kinds, contact, ...people }]);
});

test('a key that may not read contacts is shown an invented one', async () => {
  const { loop, holder } = await startWithTask();
  const variables = { TOPO_API_URL: loop.topoUrl, WEBHOOK_SERVER_URL: loop.serverUrl };
  const app = runApp(variables, loop.workspace.keys.tasksOnly);
  expect(await examplesWith(app)).toMatchObject([
    {
      new_assignee: { user_id: holder, ...holderNames },
      contact: { name: 'Example Contact' },
      sequence_template: { name: 'Example Template' },
    },
  ]);
});
