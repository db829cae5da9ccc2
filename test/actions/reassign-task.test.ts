import { describe, expect, test } from '@jest/globals';
import type { FaultKind } from '../../dev/sandbox/fault.ts';
import { startReceiver } from '../support/receiver.ts';
import { first, startTopo } from '../support/topo-sandbox.ts';
import { runApp, type Thrown } from '../support/zapier-app.ts';

const perform = 'creates.reassign_task.operation.perform';
const taskId = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
const personId = '1a2b3c4d-6e7f-4a8b-9c0d-e1f2a3b4c5d6';
const requestId = /Topo’s request_id is [0-9a-f]{8}-[0-9a-f-]{27}\.$/;

const startWithTasks = async () => {
  const topo = await startTopo();
  const [holder, taker] = topo.workspace.people;
  if (holder === undefined || taker === undefined) throw new Error('There are too few people.');
  const task = topo.sandbox.createTask({ assignee_user_id: holder.userId });
  const sibling = topo.sandbox.createTask({ assignee_user_id: holder.userId, sequence_id: task.sequence_id });
  return { ...topo, holder, taker, task, sibling };
};

test('a task is given to somebody else, and Topo’s answer is the output', async () => {
  const { sandbox, app, task, sibling, holder, taker } = await startWithTasks();
  const output = await app.run(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId } });
  expect(output).toMatchObject({ ...sandbox.task(task.id) });
  expect(output).toMatchObject({
    assignee_user_id: taker.userId,
    changed: true,
    previous_assignee: { user_id: holder.userId },
    new_assignee: { user_id: taker.userId },
    moved_count: 1,
    moved_tasks: [{ id: task.id, previous_assignee: { user_id: holder.userId } }],
  });
  expect(sandbox.task(sibling.id)?.assignee_user_id).toBe(holder.userId);
});

test('the contact’s other open tasks move as well when that is chosen', async () => {
  const { sandbox, app, task, sibling, taker } = await startWithTasks();
  await app.run(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId, scope: 'SEQUENCE' } });
  expect(sandbox.task(sibling.id)?.assignee_user_id).toBe(taker.userId);
});

test.each([
  ['with spaces around it', (id: string) => `  ${id}\n`],
  ['in capitals', (id: string) => id.toUpperCase()],
  ['in a link', (id: string) => `https://app.topo.io/tasks/${id}?view=open`],
  ['twice', (id: string) => `${id}, ${id}`],
])('an id %s is understood', async (_how, write) => {
  const { sandbox, app, task, taker } = await startWithTasks();
  const inputData = { task_id: write(task.id), assignee_user_id: write(taker.userId), scope: ' sequence ' };
  await app.run(perform, { inputData });
  expect(sandbox.task(task.id)?.assignee_user_id).toBe(taker.userId);
  expect(sandbox.changes.last).toHaveProperty('scope', 'SEQUENCE');
});

test.each([
  ['no task', { task_id: ' ' }, /“Task” is empty/],
  ['no person', { assignee_user_id: null }, /“New Assignee” is empty/],
  ['a name without a directory', { assignee_user_id: 'Kim Lindqvist' }, /“New Assignee” holds “Kim Lindqvist”.*no ID/],
  ['half an id', { task_id: taskId.slice(0, 30) }, /“Task” holds no ID/],
  ['several tasks', { task_id: `${taskId},${personId}` }, /“Task” holds 2 IDs/],
  [
    'another scope',
    { scope: 'EVERYTHING' },
    /“What to Reassign” takes “Only this task” or “This task and .*” and nothing else/,
  ],
])('%s stops the run before any request', async (_what, change, message) => {
  const { sandbox, app } = await startTopo();
  const inputData = { task_id: taskId, assignee_user_id: personId, ...change };
  const thrown = await app.thrownBy(perform, { inputData });
  expect(thrown.name).toBe('HaltedError');
  expect(thrown.message).toMatch(message);
  expect(sandbox.requests).toHaveLength(0);
});

describe('each failure of Topo becomes an error of Zapier', () => {
  const minutes = 60_000;
  type Row = [what: string, faultKind: FaultKind, expected: Partial<Thrown>, says: RegExp];
  const rows: Row[] = [
    ['400', { kind: 'status', status: 400 }, { name: 'AppError', status: 400 }, /Check the fields/],
    ['401', { kind: 'status', status: 401 }, { name: 'ExpiredAuthError' }, /does not accept this API key.*new key/],
    ['403', { kind: 'status', status: 403 }, { name: 'AppError', status: 403 }, /lacks the scope tasks:write.*new key/],
    ['404', { kind: 'status', status: 404 }, { name: 'HaltedError' }, /cannot find.*another workspace/],
    ['409', { kind: 'status', status: 409 }, { name: 'HaltedError' }, /conflicts with the present state/],
    ['422', { kind: 'status', status: 422 }, { name: 'HaltedError' }, /rules forbid/],
    ['429', { kind: 'rate limit' }, { name: 'ThrottledError' }, /fewer requests.*by itself/],
    ['429 in seconds', { kind: 'rate limit', retryAfter: 7 }, { name: 'ThrottledError', delay: 7 }, /fewer requests/],
    ['500', { kind: 'status', status: 500 }, { name: 'AppError', status: 500 }, /a problem of its own.*safe to run/],
    ['503', { kind: 'status', status: 503 }, { name: 'ThrottledError' }, /not available.*by itself/],
    ['418', { kind: 'status', status: 418 }, { name: 'AppError', status: 418 }, /unexpected way.*tell the owner/],
  ];

  test.each(rows)('%s', async (_what, faultKind, expected, says) => {
    const { sandbox, app, task, taker } = await startWithTasks();
    sandbox.injectFault({ ...faultKind, method: 'PATCH' });
    const thrown = await app.thrownBy(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId } });
    expect(thrown).toMatchObject(expected);
    expect(thrown.message).toMatch(says);
    expect(thrown.message).toMatch(requestId);
    expect(thrown.message).not.toContain('What happened');
  });

  test('429 until a date', async () => {
    const { sandbox, app, task, taker } = await startWithTasks();
    sandbox.injectFault({ kind: 'rate limit', retryAfter: new Date(Date.now() + 2 * minutes) });
    const thrown = await app.thrownBy(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId } });
    expect(thrown.name).toBe('ThrottledError');
    expect(thrown.delay).toBeGreaterThan(110);
    expect(thrown.delay).toBeLessThanOrEqual(120);
  });

  test.each([
    ['a gateway’s 502 in HTML', 502, { name: 'AppError', status: 502 }, /a problem of its own.*safe to run/],
    ['a gateway’s 503 in HTML', 503, { name: 'ThrottledError' }, /not available/],
    ['a firewall’s 403 in HTML', 403, { name: 'AppError', status: 403 }, /unexpected way/],
    ['a page at the wrong address', 404, { name: 'AppError', status: 404 }, /unexpected way/],
    ['a page with status 200', 200, { name: 'AppError' }, /not JSON.*safe to run.*tell the owner/],
  ])('%s', async (_what, status, expected, says) => {
    const { sandbox, app, task, taker } = await startWithTasks();
    sandbox.injectFault({ kind: 'html', status, method: 'PATCH' });
    const thrown = await app.thrownBy(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId } });
    expect(thrown).toMatchObject(expected);
    expect(thrown.message).toMatch(says);
    expect(thrown.message).not.toContain('<');
  });

  test('a connection that is cut', async () => {
    const { sandbox, app, task, taker } = await startWithTasks();
    sandbox.injectFault({ kind: 'cut', method: 'PATCH' });
    const thrown = await app.thrownBy(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId } });
    expect(thrown).toMatchObject({ name: 'AppError', code: 'unreachable' });
    expect(thrown.message).toMatch(/may have been made all the same/);
  });

  test('a connection that is cut after the change, with a key that may not look at tasks', async () => {
    const { sandbox, app, task, taker } = await startWithTasks();
    sandbox.injectFault({ kind: 'status', status: 403, method: 'GET', times: Number.POSITIVE_INFINITY });
    sandbox.injectFault({ kind: 'cut', afterwards: true, method: 'PATCH' });
    const thrown = await app.thrownBy(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId } });
    expect(thrown).toMatchObject({ name: 'AppError', code: 'unreachable' });
    expect(thrown.message).toMatch(/may have been made all the same/);
  });

  test('the reason that Topo gives is passed on', async () => {
    const { sandbox, app, task, taker } = await startWithTasks();
    sandbox.completeTask(task.id);
    const thrown = await app.thrownBy(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId } });
    expect(thrown).toMatchObject({ name: 'HaltedError' });
    expect(thrown.message).toContain('“A task that is COMPLETED cannot be reassigned.”');
  });

  test('a real key without tasks:write', async () => {
    const { workspace, url, task, taker } = await startWithTasks();
    const app = runApp({ TOPO_API_URL: url }, workspace.keys.readOnly);
    const thrown = await app.thrownBy(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId } });
    expect(thrown.message).toContain('lacks the scope tasks:write');
  });
});

const inputData = { task_id: taskId, assignee_user_id: personId };
const key = 'topo_live_0123456789abcdef';

/** A Topo that answers one text, whatever it is asked. */
const startOdd = async (status: number, body: string, headers: Record<string, string> = {}) => {
  const receiver = await startReceiver((response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  return { receiver, app: runApp({ TOPO_API_URL: `${receiver.url}/v1/` }, key) };
};

test('an answer that is not a task is an error that names its fields, without their values', async () => {
  const { app } = await startOdd(200, JSON.stringify({ id: taskId, sequence_id: 'secret value', updated_at: 'today' }));
  const thrown = await app.thrownBy(perform, { inputData });
  expect(thrown).toMatchObject({ name: 'AppError', code: 'topo_misread' });
  expect(thrown.message).toContain('assignee_user_id');
  expect(thrown.message).not.toContain('secret value');
});

test('a list in place of a task is an error', async () => {
  const { app } = await startOdd(200, '[]');
  expect((await app.thrownBy(perform, { inputData })).message).toContain('all of it');
});

test('a key that Topo repeats does not get into the message', async () => {
  const message = `The key ${key} may not do this, see https://hooks.zapier.com/hooks/standard/1/abc/.`;
  const { app } = await startOdd(422, JSON.stringify({ message, request_id: `req ${key}` }));
  const thrown = await app.thrownBy(perform, { inputData });
  expect(thrown.message).toContain('The key … may not do this, see …');
  expect(thrown.message).not.toContain(key);
  expect(thrown.message).not.toContain('hooks.zapier.com');
});

test('a failure of Topo while the task is read stops the run before anything is changed', async () => {
  const { sandbox, app, task, taker } = await startWithTasks();
  sandbox.injectFault({ kind: 'status', status: 500 });
  const thrown = await app.thrownBy(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId } });
  expect(thrown).toMatchObject({ name: 'AppError', status: 500 });
  expect(thrown.message).toMatch(/nothing was changed.*safe to run/);
  expect(sandbox.changes).toHaveLength(0);
});

test('the request is the documented one', async () => {
  const { app, receiver } = await startOdd(404, '{}');
  await app.thrownBy(perform, { inputData });
  expect(receiver.received.filter(({ method }) => method !== 'GET')).toEqual([
    expect.objectContaining({
      method: 'PATCH',
      path: `/v1/tasks/${taskId}/assignee`,
      body: JSON.stringify({ assignee_user_id: personId, scope: 'TASK' }),
      headers: expect.objectContaining({ authorization: `Bearer ${key}`, 'content-type': 'application/json' }),
    }),
  ]);
});

test('a redirect is not followed, and the key goes nowhere else', async () => {
  const elsewhere = await startReceiver();
  const { app } = await startOdd(307, '', { location: `${elsewhere.url}/v1/tasks` });
  const thrown = await app.thrownBy(perform, { inputData });
  expect(thrown).toMatchObject({ name: 'AppError', code: 'redirected', status: 307 });
  expect(thrown.message).toMatch(/answered with a redirect.*TOPO_API_URL/);
  expect(elsewhere.received).toEqual([]);
});

test('a Topo that does not listen is reported as unreachable', async () => {
  const app = runApp({ TOPO_API_URL: 'http://127.0.0.1:9/v1' }, key);
  expect((await app.thrownBy(perform, { inputData })).message).toMatch(/^Topo cannot be reached\. .*safe to run/);
});

test('the sample has the fields of a real output', async () => {
  const { app, task, taker } = await startWithTasks();
  const output = await app.run(perform, { inputData: { task_id: task.id, assignee_user_id: taker.userId } });
  const { default: action } = await import('../../actions/reassign-task.ts');
  expect(Object.keys(output as object)).toEqual(Object.keys(action.operation.sample ?? {}));
  expect(first(action.operation.outputFields ?? [])).toMatchObject({ key: 'summary' });
});
