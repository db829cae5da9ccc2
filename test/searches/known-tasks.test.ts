import { expect, test } from '@jest/globals';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { createContact, untilKnown } from '../support/known-contacts.ts';
import { startRealLoop } from '../support/real-loop.ts';
import { runApp } from '../support/zapier-app.ts';

// With a webhook server, tasks are found and listed from what it knows.

const findTask = 'searches.find_task.operation.perform';
const taskList = 'triggers.task_list.operation.perform';

type Loop = Awaited<ReturnType<typeof startRealLoop>>;

type Found = { id: string }[];

const find = async (loop: Loop, inputData: Record<string, unknown>): Promise<Found> =>
  (await loop.app.run(findTask, { inputData })) as Found;

const choices = async (loop: Loop, bundle: Record<string, unknown> = {}): Promise<{ id: string; label: string }[]> =>
  (await loop.app.run(taskList, { inputData: {}, ...bundle })) as { id: string; label: string }[];

const pathsSince = (loop: Loop, count: number): string[] =>
  loop.sandbox.requests.entries.slice(count).map(({ path }) => path);

test('a contact’s only task is found, however many newer ones there are', async () => {
  const loop = await startRealLoop({ taskCount: 0 });
  const { sequenceId } = createContact(loop, 'ada@initech.example');
  const wanted = loop.sandbox.createTask({ sequence_id: sequenceId, created_at: '2026-01-01T00:00:00Z' });
  const others = createContact(loop, 'others@example.com');
  for (let made = 0; made < 150; made += 1) loop.sandbox.createTask({ sequence_id: others.sequenceId });
  await untilKnown(loop);
  const before = loop.sandbox.requests.length;
  const found = await find(loop, { contact_email: 'ADA@initech.example', status: 'PENDING' });
  expect(found.map(({ id }) => id)).toEqual([wanted.id]);
  const asked = pathsSince(loop, before).filter((path) => path.startsWith('/v1/tasks/'));
  expect(asked).toEqual([`/v1/tasks/${wanted.id}`]);
});

test('a task that was made a moment ago is found, and one that was completed a moment ago is not acted on', async () => {
  const loop = await startRealLoop({ taskCount: 3 });
  const { sequenceId } = createContact(loop, 'ada@initech.example');
  await untilKnown(loop);
  const older = loop.sandbox.createTask({ sequence_id: sequenceId, created_at: '2026-01-01T00:00:00Z' });
  expect((await find(loop, { contact_email: 'ada@initech.example' }))[0]?.id).toBe(older.id);
  const newer = loop.sandbox.createTask({ sequence_id: sequenceId });
  await untilKnown(loop);
  await waitUntil('the newer task is listed', async () => (await choices(loop))[0]?.id === newer.id);
  loop.sandbox.completeTask(newer.id);
  expect((await find(loop, { contact_email: 'ada@initech.example', status: 'OPEN' }))[0]?.id).toBe(older.id);
});

test.each([
  ['a link', (email: string) => `mailto:${email}`],
  ['an address with a name before it', (email: string) => `Somebody Else <${email}>`],
  ['capitals and spaces', (email: string) => ` ${email.toUpperCase()} `],
])('%s is read as an e-mail', async (_what, write) => {
  const loop = await startRealLoop({ taskCount: 3 });
  const { sequenceId } = createContact(loop, 'ada@initech.example');
  const { id } = loop.sandbox.createTask({ sequence_id: sequenceId });
  await untilKnown(loop);
  expect((await find(loop, { contact_email: write('ada@initech.example') })).map((task) => task.id)).toEqual([id]);
});

test('a text finds the task by its contact, company or template, and the output says what it is about', async () => {
  const loop = await startRealLoop({ taskCount: 3 });
  const { sandbox } = loop;
  const contact = sandbox.createContact({
    firstName: 'Ada',
    lastName: 'Moreau',
    companyName: 'Initech',
    email: 'a@i.example',
  });
  const template = sandbox.createTemplate('Trial Follow-up');
  const { id: sequence_id } = sandbox.createSequence({ contactId: contact.id, templateId: template.id });
  const { id } = sandbox.createTask({ sequence_id, type: 'CALL', priority: 'HOT' });
  await untilKnown(loop);
  for (const text of ['moreau', 'Initech', ' trial follow ']) {
    expect(await find(loop, { text })).toEqual([
      expect.objectContaining({
        id,
        type_label: 'Call',
        priority_label: 'Hot',
        contact: { id: contact.id, name: 'Ada Moreau', email: 'a@i.example', company: 'Initech' },
        sequence_template: { id: template.id, name: 'Trial Follow-up' },
      }),
    ]);
  }
  expect(await find(loop, { text: 'Nothing of the kind', status: 'OPEN' })).toEqual([]);
});

test('a task with a status that Topo does not document is open', async () => {
  const loop = await startRealLoop({ taskCount: 0 });
  const { sequenceId } = createContact(loop, 'ada@initech.example');
  // Topo may add statuses; the sandbox takes any.
  const { id } = loop.sandbox.createTask({ sequence_id: sequenceId, status: 'SNOOZED' as 'PENDING' });
  await untilKnown(loop);
  expect((await find(loop, { contact_email: 'ada@initech.example', status: 'OPEN' })).map((task) => task.id)).toEqual([
    id,
  ]);
});

test('tasks of nobody are found, with one request of Topo’s', async () => {
  const loop = await startRealLoop({ taskCount: 0 });
  const [person] = loop.workspace.people;
  const { id } = loop.sandbox.createTask({ created_at: '2026-01-01T00:00:00Z' });
  for (let made = 0; made < 20; made += 1) loop.sandbox.createTask({ assignee_user_id: person?.userId ?? null });
  await untilKnown(loop);
  expect((await find(loop, { assignee_user_id: 'none' })).map((task) => task.id)).toEqual([id]);
});

test('nobody with that e-mail is an empty list, once all is known', async () => {
  const loop = await startRealLoop({ taskCount: 5 });
  await untilKnown(loop);
  expect(await find(loop, { contact_email: 'nobody@example.com', status: 'OPEN' })).toEqual([]);
});

test('while it is not known whom some tasks are about, “nobody” is not said', async () => {
  const loop = await startRealLoop({ taskCount: 0 });
  loop.sandbox.createTask();
  loop.sandbox.injectFault({ kind: 'status', status: 500, path: /^\/v1\/sequences/, times: Number.POSITIVE_INFINITY });
  const thrown = await loop.app.thrownBy(findTask, { inputData: { contact_email: 'nobody@example.com' } });
  expect(thrown.name).toBe('HaltedError');
  expect(thrown.message).toMatch(/does not know yet what some of your tasks are about/);
});

test('a key that may not read contacts is told so', async () => {
  const loop = await startRealLoop({ taskCount: 5 });
  const variables = { TOPO_API_URL: loop.topoUrl, WEBHOOK_SERVER_URL: loop.serverUrl };
  const app = runApp(variables, loop.workspace.keys.tasksOnly);
  const thrown = await app.thrownBy(findTask, { inputData: { contact_email: 'ada@initech.example' } });
  expect(thrown.message).toMatch(/lacks the scope sequences:read/);
});

test('the list of tasks comes from the server, a hundred at a time, and asks Topo nothing', async () => {
  const loop = await startRealLoop({ taskCount: 0 });
  const { sequenceId } = createContact(loop, 'ada@initech.example');
  for (let made = 0; made < 130; made += 1) loop.sandbox.createTask({ sequence_id: sequenceId, type: 'CALL' });
  await untilKnown(loop);
  await waitUntil('the list is complete', async () => (await choices(loop)).length === 100);
  const [first] = await choices(loop);
  expect(first?.label).toMatch(/^Call · Ada Moreau, Initech · /);
  expect(await choices(loop, { meta: { page: 1 } })).toHaveLength(30);
  expect(await choices(loop, { inputData: { task_types: ['EMAIL_REPLY'] } })).toEqual([]);
  const asked = loop.sandbox.requests.entries.filter(
    ({ path, query }) => path === '/v1/tasks' && 'status' in (query ?? {}),
  );
  expect(asked).toEqual([]);
});

test('people are counted by the server, all of their tasks, and Topo is asked nothing', async () => {
  const loop = await startRealLoop({ taskCount: 0 });
  const [person] = loop.workspace.people;
  for (let made = 0; made < 320; made += 1) loop.sandbox.createTask({ assignee_user_id: person?.userId ?? null });
  await untilKnown(loop);
  const listed = async () =>
    (await loop.app.run('triggers.person_list.operation.perform', {})) as { id: string; label: string }[];
  await waitUntil('all are counted', async () => (await listed())[0]?.label.includes('320 open tasks') === true);
  const asked = loop.sandbox.requests.entries.filter(({ path, query }) => path === '/v1/tasks' && query.has('status'));
  expect(asked).toEqual([]);
});

test('in the list of people somebody without a name is recognized by what they have', async () => {
  const loop = await startRealLoop({ taskCount: 0 });
  const { sandbox, workspace, app } = loop;
  const [named, unnamed] = workspace.people.map(({ userId }) => userId);
  const contact = sandbox.createContact({ firstName: 'Ada', lastName: 'Moreau', companyName: 'Initech' });
  const { id: sequence_id } = sandbox.createSequence({ contactId: contact.id });
  const call = { sequence_id, type: 'CALL' } as const;
  sandbox.createTask({ assignee_user_id: unnamed ?? null, created_at: '2026-01-01T00:00:00Z' });
  sandbox.createTask({ ...call, assignee_user_id: unnamed ?? null });
  sandbox.createTask({ ...call, assignee_user_id: named ?? null });
  const headers = { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'Kim Lindqvist' });
  await fetch(`${loop.serverUrl}/people/${named}`, { method: 'PUT', headers, body });
  await untilKnown(loop);
  const people = (await app.run('triggers.person_list.operation.perform', { inputData: {} })) as { label: string }[];
  expect(people.map(({ label }) => label)).toEqual([
    'Kim Lindqvist, holds 1 open task',
    `Unnamed person ${unnamed?.slice(0, 8)}, holds 2 open tasks, e.g. a call with Ada Moreau at Initech`,
  ]);
});
