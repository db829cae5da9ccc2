import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import type { Listening } from '../../../dev/sandbox/listen.ts';

const stranger = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
const uuidForm = /^[0-9a-f-]{36}$/;

const sandbox = createSandbox();
const [first, second] = sandbox.workspaces;
const task = sandbox.createTask();
const userId = first.people[0]?.userId ?? '';
let server: Listening;

beforeAll(async () => {
  server = await sandbox.listen();
});
afterAll(() => server.close());

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Sent = { method?: string; key?: string | undefined; body?: string };

const send = async (path: string, { method = 'GET', key = first.keys.full, body }: Sent = {}) => {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
};

const expectIssue = (
  { status, answer }: Awaited<ReturnType<typeof send>>,
  wanted: { status: number; type: string; data?: unknown },
) => {
  expect(answer).toEqual({
    status_code: wanted.status,
    type: wanted.type,
    message: expect.any(String),
    ...(wanted.data === undefined ? {} : { data: wanted.data }),
    request_id: expect.stringMatching(uuidForm),
  });
  expect(status).toBe(wanted.status);
};

test.each([
  ['page=0', 'page'],
  ['page=-1', 'page'],
  ['page=one', 'page'],
  ['page=', 'page'],
  ['page=1.5', 'page'],
  ['page=1&page=2', 'page'],
  ['size=0', 'size'],
  ['size=101', 'size'],
  ['size=ten', 'size'],
  ['sort_by=priority', 'sort_by'],
  ['sort_order=down', 'sort_order'],
  ['sort_order=ASC', 'sort_order'],
  ['status=OPEN', 'status'],
  ['status=PENDING&status=COMPLETED', 'status'],
  ['types=SMS', 'types'],
  ['types=CALL,EMAIL_REPLY', 'types'],
  ['priorities=LOW', 'priorities'],
  ['sequence_id=1', 'sequence_id'],
  [`sequence_template_ids=${stranger}&sequence_template_ids=1`, 'sequence_template_ids'],
  ['assignee_user_id=me', 'assignee_user_id'],
  ['assignee_user_id=', 'assignee_user_id'],
  ['created_at_after=yesterday', 'created_at_after'],
])('GET /v1/tasks?%s is a 400 that names %s', async (query, field) => {
  const reply = await send(`/tasks?${query}`);
  expectIssue(reply, { status: 400, type: 'ValidationIssue', data: { field } });
  expect(reply.answer['message']).toContain(field);
});

test.each([
  ['no body', undefined, 'assignee_user_id'],
  ['an empty object', '{}', 'assignee_user_id'],
  ['null for the user', '{"assignee_user_id":null}', 'assignee_user_id'],
  ['a number for the user', '{"assignee_user_id":7}', 'assignee_user_id'],
  ['an e-mail for the user', '{"assignee_user_id":"a@b.example"}', 'assignee_user_id'],
  ['an unknown scope', `{"assignee_user_id":"${userId}","scope":"ALL"}`, 'scope'],
  ['null for the scope', `{"assignee_user_id":"${userId}","scope":null}`, 'scope'],
  ['a list', '[]', 'body'],
  ['text instead of JSON', '{"assignee_user_id":', 'body'],
  ['too large a body', JSON.stringify({ assignee_user_id: userId, padding: 'x'.repeat(200_000) }), 'body'],
])('a reassignment with %s is a 400', async (_name, body, field) => {
  const reply = await send(`/tasks/${task.id}/assignee`, { method: 'PATCH', ...(body === undefined ? {} : { body }) });
  expectIssue(reply, { status: 400, type: 'ValidationIssue', data: { field } });
  expect(sandbox.task(task.id)).toEqual(task);
});

test.each([
  ['GET', '/tasks/1', 'task_id'],
  ['PATCH', '/tasks/1/assignee', 'task_id'],
  ['POST', '/tasks/1/reopen', 'task_id'],
  ['POST', '/tasks/1/skip', 'task_id'],
  ['GET', '/tasks/1/messages', 'task_id'],
  ['GET', '/sequences/1', 'sequence_id'],
  ['GET', '/contacts/1', 'contact_id'],
])('%s %s is a 400, because 1 is not a uuid', async (method, path, field) => {
  const body = method === 'PATCH' ? { body: JSON.stringify({ assignee_user_id: userId }) } : {};
  expectIssue(await send(path, { method, ...body }), { status: 400, type: 'ValidationIssue', data: { field } });
});

test.each([
  ['/sequence-templates?status=OPEN', 'status'],
  ['/sequences?status=OPEN', 'status'],
  ['/sequences?size=101', 'size'],
  ['/contacts?sort_by=first_name', 'sort_by'],
  ['/contacts?sort_order=down', 'sort_order'],
  ['/contacts?page=0', 'page'],
  ['/contacts?contact_id=1', 'contact_id'],
  ['/contacts?email=a@b.example&email=c@d.example', 'email'],
  ['/contacts?first_seen_after=yesterday', 'first_seen_after'],
  ['/contacts?last_seen_after=', 'last_seen_after'],
])('GET /v1%s is a 400 that names %s', async (path, field) => {
  expectIssue(await send(path), { status: 400, type: 'ValidationIssue', data: { field } });
});

const foreign = second.tasks[0];
const [foreignContact] = second.contacts.keys();

test.each([
  ['GET', `/tasks/${stranger}`],
  ['GET', `/tasks/${foreign?.id}`],
  ['PATCH', `/tasks/${foreign?.id}/assignee`],
  ['POST', `/tasks/${foreign?.id}/reopen`],
  ['POST', `/tasks/${foreign?.id}/skip`],
  ['GET', `/tasks/${foreign?.id}/messages`],
  ['GET', `/sequences/${foreign?.sequence_id}`],
  ['GET', `/contacts/${foreignContact}`],
])('%s %s is a 404, because it is in another workspace', async (method, path) => {
  const body = method === 'PATCH' ? { body: JSON.stringify({ assignee_user_id: userId }) } : {};
  expectIssue(await send(path, { method, ...body }), { status: 404, type: 'NotFoundIssue' });
});

test.each([
  ['GET', '/users'],
  ['GET', ''],
  ['DELETE', '/tasks'],
  ['POST', '/me'],
])('%s /v1%s is a 404, because there is no such route', async (method, path) => {
  expectIssue(await send(path, { method }), { status: 404, type: 'NotFoundIssue' });
});

test.each([
  ['tasks', 301, 12],
  ['sequences', 81, 4],
  ['contacts', 80, 4],
  ['sequence-templates', 4, 2],
])('each workspace sees its own %s only', async (name, firstTotal, secondTotal) => {
  const organizations = async (key: string) => {
    const { answer } = await send(`/${name}?size=100`, { key });
    const items = answer['items'] as { organization_id: string }[];
    return { total: answer['total_count'], of: new Set(items.map((item) => item.organization_id)) };
  };
  expect(await organizations(first.keys.full)).toEqual({ total: firstTotal, of: new Set([first.organizationId]) });
  expect(await organizations(second.keys.full)).toEqual({ total: secondTotal, of: new Set([second.organizationId]) });
});

const raw = (headers: Record<string, string>, path = '/v1/me') =>
  new Promise<number>((resolve, reject) => {
    const request = httpRequest({ port: server.port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject).end();
  });

test.each([
  ['no header', {}],
  ['an empty token', { authorization: 'Bearer ' }],
  ['another scheme', { authorization: `Basic ${first.keys.full}` }],
  ['a bare key', { authorization: first.keys.full }],
  ['a key in a header of another name', { 'x-api-key': first.keys.full }],
  ['an unknown key', { authorization: 'Bearer topo_sandbox_nobody' }],
  ['a part of a key', { authorization: `Bearer ${first.keys.full.slice(0, -1)}` }],
])('%s is a 401', async (_name, headers) => {
  expect(await raw(headers)).toBe(401);
});

test('a 401 has the body of every error', async () => {
  expectIssue(await send('/tasks', { key: 'topo_wrong' }), { status: 401, type: 'UnauthorizedIssue' });
});

test('a missing scope is reported before anything about the body', async () => {
  const path = `/tasks/${task.id}/assignee`;
  expect((await send(path, { method: 'PATCH', key: 'topo_wrong', body: '{' })).status).toBe(401);
  expect((await send(path, { method: 'PATCH', key: first.keys.readOnly, body: '{' })).status).toBe(403);
});

test('a path with a broken escape is a 400', async () => {
  expect(await raw({ authorization: `Bearer ${first.keys.full}` }, '/v1/tasks/%zz')).toBe(400);
});

const routes: [string, string, string][] = [
  ['GET', '/tasks', 'tasks:read'],
  ['GET', `/tasks/${stranger}`, 'tasks:read'],
  ['GET', `/tasks/${stranger}/messages`, 'tasks:read'],
  ['PATCH', `/tasks/${stranger}/assignee`, 'tasks:write'],
  ['POST', `/tasks/${stranger}/reopen`, 'tasks:write'],
  ['POST', `/tasks/${stranger}/skip`, 'tasks:write'],
  ['GET', `/sequences/${stranger}`, 'sequences:read'],
  ['GET', '/sequence-templates', 'sequences:read'],
  ['GET', '/sequences', 'sequences:read'],
  ['GET', `/contacts/${stranger}`, 'contacts:read'],
  ['GET', '/contacts', 'contacts:read'],
];

test.each(routes)('%s %s needs %s', async (method, path, scope) => {
  for (const key of Object.values(first.keys)) {
    const { answer } = await send('/me', { key });
    const reply = await send(path, { method, key });
    if ((answer['scopes'] as string[]).includes(scope)) expect(reply.status).not.toBe(403);
    else {
      expectIssue(reply, { status: 403, type: 'UnauthorizedIssue', data: { required_scope: scope } });
      expect(reply.answer['message']).toContain(scope);
    }
  }
});

test.each([
  ['full', 'Full access', ['tasks:read', 'tasks:write', 'sequences:read', 'contacts:read']],
  ['tasksOnly', 'Tasks only', ['tasks:read', 'tasks:write']],
  ['readOnly', 'Read only', ['tasks:read', 'sequences:read', 'contacts:read']],
  ['noTasks', 'No tasks', ['contacts:read']],
] as const)('GET /v1/me describes the key %s', async (name, label, scopes) => {
  const fresh = createSandbox();
  const { organizationId, keys } = fresh.workspaces[1];
  const { url, close } = await fresh.listen();
  closers.push(close);
  const describeKey = async () => {
    const response = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${keys[name]}` } });
    return (await response.json()) as Record<string, unknown>;
  };
  const [before, after] = [await describeKey(), await describeKey()];
  expect(before).toEqual({
    id: expect.stringMatching(uuidForm),
    organization_id: organizationId,
    name: label,
    key_prefix: expect.stringMatching(/^topo_sandbox_contoso_/),
    scopes,
    last_used_at: null,
    created_at: expect.any(String),
  });
  const { key_prefix, last_used_at } = after;
  expect(keys[name].startsWith(String(key_prefix))).toBe(true);
  expect(keys[name]).not.toBe(key_prefix);
  expect(last_used_at).toEqual(expect.any(String));
});

test('a revoked key is a 401 from then on', async () => {
  const other = createSandbox();
  const { url, close } = await other.listen();
  closers.push(close);
  const headers = { authorization: `Bearer ${other.workspaces[0].keys.readOnly}` };
  expect((await fetch(`${url}/me`, { headers })).status).toBe(200);
  other.revokeKey(other.workspaces[0].keys.readOnly);
  expect((await fetch(`${url}/me`, { headers })).status).toBe(401);
  expect(other.requests.last?.keyPrefix).toBe('topo_sandbox_northwind_read_only');
});
