import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { TaskEvent } from '../../contract/event.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { type RealLoop, rawRequestOf, startRealLoop } from '../support/real-loop.ts';
import type { Received } from '../support/receiver.ts';
import { first } from '../support/topo-sandbox.ts';
import { runApp } from '../support/zapier-app.ts';

// The app, the webhook server and a sandbox for Topo. What is not sent is known from what came after it.

const trigger = 'triggers.task_reassigned';
const perform = `${trigger}.operation.perform`;
const performList = `${trigger}.operation.performList`;
const performSubscribe = `${trigger}.operation.performSubscribe`;
const performUnsubscribe = `${trigger}.operation.performUnsubscribe`;

let logged: string[] = [];
let loop: RealLoop;
beforeEach(async () => {
  logged = [];
  jest.spyOn(console, 'error').mockImplementation((line) => {
    logged.push(String(line));
  });
  loop = await startRealLoop();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const eventOf = ({ body }: Received): TaskEvent => JSON.parse(body);
const taskIdsOf = (received: readonly Received[]) => received.map((one) => eventOf(one).task.id);

/** The first two people of the workspace. */
const twoPeople = () => {
  const [holder, taker] = loop.workspace.people;
  if (holder === undefined || taker === undefined) throw new Error('There are too few people.');
  return { holder: holder.userId, taker: taker.userId };
};

const createTask = (more: { sequence_id?: string; type?: 'CALL' | 'EMAIL_REPLY' } = {}) =>
  loop.sandbox.createTask({ assignee_user_id: twoPeople().holder, ...more });

describe('two Zaps on one event', () => {
  test('have a hook each; subscribing again adds none, and ending one leaves the other', async () => {
    const [one, other] = [createTask(), createTask()];
    const own = await loop.turnOn(trigger, '/one');
    await loop.turnOn(trigger, '/other');
    expect(await loop.turnOn(trigger, '/one')).toEqual({ ...Object(own), listening_since: expect.any(String) });
    expect(await loop.hooks()).toHaveLength(2);

    loop.sandbox.reassign(one.id, twoPeople().taker);
    expect(taskIdsOf(await loop.received('/one'))).toEqual([one.id]);
    expect(taskIdsOf(await loop.received('/other'))).toEqual([one.id]);

    await loop.app.run(performUnsubscribe, { subscribeData: own });
    await loop.app.run(performUnsubscribe, { subscribeData: own });
    loop.sandbox.reassign(other.id, twoPeople().taker);
    expect(taskIdsOf(await loop.received('/other', 2))).toEqual([one.id, other.id]);
    expect(await loop.received('/one')).toHaveLength(1);
  });

  test('cannot be started with each other’s deliveries', async () => {
    const task = createTask();
    const own = await loop.turnOn(trigger, '/one');
    const second = await loop.turnOn(trigger, '/other');
    loop.sandbox.reassign(task.id, twoPeople().taker);
    const rawRequest = rawRequestOf(first(await loop.received('/one')));

    expect(await loop.app.run(perform, { subscribeData: second, rawRequest })).toEqual([]);
    expect(logged.join()).toMatch(/starts no run: .*signature/);
    expect(await loop.app.run(perform, { subscribeData: own, rawRequest })).toHaveLength(1);
  });
});

test('a Zap for one template receives only its tasks, and the editor shows the same', async () => {
  const { sequences, tasks } = loop.workspace;
  const templateOf = (sequenceId: string | null) => sequences.get(sequenceId ?? '')?.templateId ?? '';
  const isOpen = ({ status, assignee_user_id }: (typeof tasks)[number]) =>
    status === 'PENDING' && assignee_user_id !== null && assignee_user_id !== twoPeople().taker;
  const open = tasks.filter(isOpen);
  const [wanted] = open;
  const other = open.find(({ sequence_id: id }) => templateOf(id) !== templateOf(wanted?.sequence_id ?? null));
  const inputData = { sequence_template_ids: templateOf(wanted?.sequence_id ?? null) };

  const subscribeData = await loop.turnOn(trigger, '/one', inputData);
  await loop.turnOn(trigger, '/all');
  loop.sandbox.reassign(other?.id ?? '', twoPeople().taker);
  await loop.received('/all');
  loop.sandbox.reassign(wanted?.id ?? '', twoPeople().taker);

  const received = await loop.received('/one');
  expect(taskIdsOf(received)).toEqual([wanted?.id]);
  const rawRequest = rawRequestOf(first(received));
  const runs = await loop.app.run(perform, { inputData, subscribeData, rawRequest });
  expect(runs).toEqual(received.map(eventOf));
  expect(await loop.app.run(performList, { inputData })).toEqual(received.map(eventOf));
});

test('a key without sequences:read cannot filter by template, and the error names the scope', async () => {
  const variables = { TOPO_API_URL: loop.topoUrl, WEBHOOK_SERVER_URL: loop.serverUrl };
  const app = runApp(variables, loop.workspace.keys.tasksOnly);
  const inputData = { sequence_template_ids: loop.workspace.templates[0]?.id };
  const thrown = await app.thrownBy(performSubscribe, { targetUrl: loop.targetUrl('/one'), inputData });
  expect(thrown).toMatchObject({ name: 'AppError', status: 403 });
  expect(thrown.message).toMatch(/lacks the scope sequences:read\. Make a new one .*API Keys/);
  expect(await loop.hooks()).toEqual([]);
});

test('a Zap that ignores changes made by Zaps receives only those of colleagues', async () => {
  const [byZap, byColleague] = [createTask(), createTask()];
  await loop.turnOn(trigger, '/all');
  await loop.turnOn(trigger, '/colleagues', { ignore_zapier: 'yes' });

  const reassignment = { task_id: byZap.id, assignee_user_id: twoPeople().taker };
  await loop.app.run('creates.reassign_task.operation.perform', { inputData: reassignment });
  expect(eventOf(first(await loop.received('/all')))).toMatchObject({ source: 'zapier', task: { id: byZap.id } });

  loop.sandbox.reassign(byColleague.id, twoPeople().taker);
  expect(taskIdsOf(await loop.received('/colleagues'))).toEqual([byColleague.id]);
  const samples = (await loop.app.run(performList, { inputData: { ignore_zapier: 'yes' } })) as TaskEvent[];
  expect(samples.map(({ task }) => task.id)).toEqual([byColleague.id]);
});

test('a Zap that runs once per contact receives one event for a sequence that moves, in the shape of the samples', async () => {
  const task = createTask({ type: 'CALL' });
  const sibling = createTask({ type: 'EMAIL_REPLY', sequence_id: task.sequence_id });
  const inputData = { once_per: 'sequence' };
  const subscribeData = await loop.turnOn(trigger, '/contact', inputData);
  await loop.turnOn(trigger, '/calls', { once_per: 'sequence', task_types: 'CALL' });
  await loop.turnOn(trigger, '/tasks');
  loop.sandbox.reassign(task.id, twoPeople().taker, 'SEQUENCE');

  expect(taskIdsOf(await loop.received('/tasks', 2)).sort()).toEqual([task.id, sibling.id].sort());
  const received = await loop.received('/contact');
  expect(received).toHaveLength(1);
  const rawRequest = rawRequestOf(first(received));
  const [run] = (await loop.app.run(perform, { inputData, subscribeData, rawRequest })) as [TaskEvent];
  expect(run.changes.map((change) => change.task.id).sort()).toEqual([task.id, sibling.id].sort());
  expect(run).toMatchObject({ changes_count: 2, batch_size: 2 });

  expect(eventOf(first(await loop.received('/calls')))).toMatchObject({ changes_count: 1, task: { id: task.id } });

  const samples = (await loop.app.run(performList, { inputData })) as TaskEvent[];
  for (const sample of samples) expect(Object.keys(sample)).toEqual(Object.keys(run));
});

test('a Zap can be turned off after its key was deleted, and after its hook is gone', async () => {
  const subscribeData = await loop.turnOn(trigger, '/one');
  loop.sandbox.revokeKey(loop.workspace.keys.full);
  await expect(loop.app.run(performUnsubscribe, { subscribeData })).resolves.toEqual({});
  await expect(loop.app.run(performUnsubscribe, { subscribeData })).resolves.toEqual({});
});

test('after a change of keys, connecting the account with the new one is enough for the trigger to hear again', async () => {
  const { keys } = loop.workspace;
  const appWith = (key: string) => runApp({ TOPO_API_URL: loop.topoUrl, WEBHOOK_SERVER_URL: loop.serverUrl }, key);
  const statusWith = async (key: string) =>
    (await fetch(`${loop.serverUrl}/hooks`, { headers: { authorization: `Bearer ${key}` } })).status;
  const task = createTask();
  await loop.turnOn(trigger, '/one');
  loop.sandbox.revokeKey(keys.full);
  await waitUntil('Topo has refused the old key', async () => (await statusWith(keys.full)) === 401);
  loop.sandbox.reassign(task.id, twoPeople().taker);

  await appWith(keys.everything).run('authentication.test');
  expect(taskIdsOf(await loop.received('/one'))).toEqual([task.id]);
});
