import { createServer } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { createSandbox, type SandboxOptions } from '../../../dev/sandbox/create-sandbox.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const open = async (options: SandboxOptions = {}) => {
  const sandbox = createSandbox(options);
  const { url, close } = await sandbox.listen();
  closers.push(close);
  const [workspace] = sandbox.workspaces;
  const headers = { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' };
  const get = (path: string) => fetch(`${url}${path}`, { headers });
  const patch = (taskId: string, userId = workspace.people[0]?.userId) =>
    fetch(`${url}/tasks/${taskId}/assignee`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ assignee_user_id: userId }),
    });
  return { sandbox, workspace, url, get, patch };
};

test('every request is recorded with its path, query and status', async () => {
  const at = new Date('2026-01-31T10:00:00Z');
  const { sandbox, url, get } = await open({ clock: () => at });
  await get('/tasks?types=CALL&types=EMAIL_REPLY&page=2');
  await get('/tasks?page=0');
  await fetch(`${url}/me`);
  expect(sandbox.requests.entries).toEqual([
    {
      at,
      method: 'GET',
      path: '/v1/tasks',
      query: new URLSearchParams('types=CALL&types=EMAIL_REPLY&page=2'),
      status: 200,
      keyPrefix: 'topo_sandbox_northwind_full_access',
    },
    expect.objectContaining({ path: '/v1/tasks', status: 400 }),
    { at, method: 'GET', path: '/v1/me', query: new URLSearchParams(), status: 401, keyPrefix: null },
  ]);
  expect(sandbox.requests.entries[0]?.query.getAll('types')).toEqual(['CALL', 'EMAIL_REPLY']);
});

test('a journal can be counted, iterated and cleared', async () => {
  const { sandbox, get } = await open();
  await get('/me');
  await get('/nowhere');
  expect(sandbox.requests.length).toBe(2);
  expect(sandbox.requests.count(({ status }) => status === 404)).toBe(1);
  expect([...sandbox.requests].map(({ path }) => path)).toEqual(['/v1/me', '/v1/nowhere']);
  expect(sandbox.requests.last?.path).toBe('/v1/nowhere');
  sandbox.requests.clear();
  expect(sandbox.requests.length).toBe(0);
  expect(sandbox.requests.last).toBeUndefined();
});

test('no journal holds a key', async () => {
  const { sandbox, workspace, get, patch } = await open();
  await get('/me');
  await patch(sandbox.createTask().id);
  const written = JSON.stringify([sandbox.requests.entries, sandbox.changes.entries]);
  expect(written).not.toContain(workspace.keys.full);
});

test('a rate limit without Retry-After lasts for one request', async () => {
  const { sandbox, get } = await open();
  sandbox.injectFault({ kind: 'rate limit' });
  const limited = await get('/tasks');
  expect(limited.status).toBe(429);
  expect(limited.headers.has('retry-after')).toBe(false);
  expect(await limited.json()).toMatchObject({ status_code: 429, request_id: expect.any(String) });
  expect((await get('/tasks')).status).toBe(200);
  expect(sandbox.requests.entries.map(({ status }) => status)).toEqual([429, 200]);
});

test.each([
  [30, '30'],
  [0, '0'],
  [new Date('2026-01-31T10:00:30Z'), 'Sat, 31 Jan 2026 10:00:30 GMT'],
])('a rate limit sends Retry-After: %s', async (retryAfter, header) => {
  const { sandbox, get } = await open();
  sandbox.injectFault({ kind: 'rate limit', retryAfter });
  expect((await get('/tasks')).headers.get('retry-after')).toBe(header);
});

test('a fault applies to the given number of requests of its method and path', async () => {
  const { sandbox, get, patch } = await open();
  const { id } = sandbox.createTask();
  sandbox.injectFault({ kind: 'status', status: 500, times: 2, method: 'patch', path: /\/assignee$/ });
  expect((await get('/me')).status).toBe(200);
  const statuses = [];
  for (let count = 0; count < 3; count += 1) statuses.push((await patch(id)).status);
  expect(statuses).toEqual([500, 500, 200]);
});

test('a path given as a string must match the whole path', async () => {
  const { sandbox, get } = await open();
  const { id } = sandbox.createTask();
  sandbox.injectFault({ kind: 'status', status: 503, path: '/v1/tasks' });
  expect((await get(`/tasks/${id}`)).status).toBe(200);
  expect((await get('/tasks?size=1')).status).toBe(503);
});

test('the oldest matching fault applies first, and faults can be removed', async () => {
  const { sandbox, get } = await open();
  const lift = sandbox.injectFault({ kind: 'status', status: 500, times: Number.POSITIVE_INFINITY });
  sandbox.injectFault({ kind: 'status', status: 503, times: 2 });
  expect((await get('/me')).status).toBe(500);
  expect((await get('/me')).status).toBe(500);
  lift();
  expect((await get('/me')).status).toBe(503);
  sandbox.clearFaults();
  expect((await get('/me')).status).toBe(200);
});

test.each([
  [400, 'ValidationIssue'],
  [409, 'CommitIssue'],
  [422, 'BusinessIssue'],
  [500, 'InternalIssue'],
  [503, 'InternalIssue'],
])('an injected %d has the type %s', async (status, type) => {
  const { sandbox, get } = await open();
  sandbox.injectFault({ kind: 'status', status });
  expect(await (await get('/me')).json()).toEqual({
    status_code: status,
    type,
    message: expect.any(String),
    request_id: expect.any(String),
  });
});

test('a fault can answer with an HTML page and any status', async () => {
  const { sandbox, get } = await open();
  sandbox.injectFault({ kind: 'html' });
  sandbox.injectFault({ kind: 'html', status: 200 });
  for (const status of [502, 200]) {
    const response = await get('/tasks');
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.text()).toContain('<html>');
  }
});

test('a cut connection has no answer and changes nothing', async () => {
  const { sandbox, patch } = await open();
  const task = sandbox.createTask();
  sandbox.injectFault({ kind: 'cut' });
  await expect(patch(task.id)).rejects.toThrow('fetch failed');
  expect(sandbox.task(task.id)).toEqual(task);
  expect(sandbox.requests.last).toMatchObject({ method: 'PATCH', status: null });
});

test.each([
  ['cut', { kind: 'cut' }],
  ['500', { kind: 'status', status: 500 }],
] as const)('a fault afterwards (%s) replaces the answer, and the change is made', async (_name, faultKind) => {
  const { sandbox, workspace, patch } = await open();
  const { id } = sandbox.createTask();
  sandbox.injectFault({ ...faultKind, afterwards: true });
  const outcome = await patch(id).then(
    (response) => response.status,
    () => 'cut',
  );
  expect(outcome).toBe(faultKind.kind === 'cut' ? 'cut' : 500);
  expect(sandbox.task(id)?.assignee_user_id).toBe(workspace.people[0]?.userId);
  expect((await patch(id)).status).toBe(200);
  expect(sandbox.changes.length).toBe(1);
});

test.each([
  [false, null],
  [true, 'done'],
])('a delay (afterwards: %s) holds the answer back', async (afterwards, assignee) => {
  const { sandbox, patch } = await open();
  const { id } = sandbox.createTask();
  sandbox.injectFault({ kind: 'delay', delayMs: 300, afterwards });
  const answer = patch(id);
  while (sandbox.changes.length === 0 && afterwards) await new Promise((resolve) => setImmediate(resolve));
  expect(sandbox.requests.length).toBe(0);
  expect(sandbox.task(id)?.assignee_user_id ?? null).toEqual(assignee === null ? null : expect.any(String));
  expect((await answer).status).toBe(200);
  expect(sandbox.task(id)?.assignee_user_id).toEqual(expect.any(String));
});

test('closing does not wait for delayed answers', async () => {
  const sandbox = createSandbox({ taskCount: 1 });
  const { url, close } = await sandbox.listen();
  sandbox.injectFault({ kind: 'delay', delayMs: 3_600_000 });
  const answer = fetch(`${url}/me`);
  const failed = expect(answer).rejects.toThrow('fetch failed');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await close();
  await failed;
  await close();
});

test('a sandbox can listen again on the same port, with its data', async () => {
  const sandbox = createSandbox({ taskCount: 1 });
  const { url, port, close } = await sandbox.listen();
  expect(url).toBe(`http://127.0.0.1:${port}/v1`);
  const { id } = sandbox.createTask();
  const headers = { authorization: `Bearer ${sandbox.workspaces[0].keys.full}` };
  await close();
  await expect(fetch(`${url}/me`, { headers })).rejects.toThrow('fetch failed');
  const again = await sandbox.listen({ port });
  closers.push(again.close);
  expect((await fetch(`${again.url}/tasks/${id}`, { headers })).status).toBe(200);
});

test('a port in use rejects with EADDRINUSE', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => other.close(() => resolve())));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(createSandbox({ taskCount: 1 }).listen({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
