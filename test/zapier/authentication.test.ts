import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { ZObject } from 'zapier-platform-core';
import { startReceiver } from '../support/receiver.ts';
import { startTopo } from '../support/topo-sandbox.ts';
import { runApp, runInApp } from '../support/zapier-app.ts';

const authenticate = 'authentication.test';
const key = 'topo_live_0123456789abcdef';

test('a key with both scopes connects, and names the connection', async () => {
  const { app, workspace } = await startTopo();
  const { name, key_prefix, organization_id } = (await app.run(authenticate)) as Record<string, unknown>;
  expect({ name, key_prefix }).toEqual({ name: 'Full access', key_prefix: 'topo_sandbox_northwind_full_access' });
  expect(organization_id).toBe(workspace.organizationId);
});

test.each([
  ['readOnly', 'lacks the scope tasks:write.'],
  ['noTasks', 'lacks the scopes tasks:read and tasks:write.'],
] as const)('the key “%s” is told what it lacks', async (name, says) => {
  const { url, workspace } = await startTopo();
  const thrown = await runApp({ TOPO_API_URL: url }, workspace.keys[name]).thrownBy(authenticate);
  expect(thrown).toMatchObject({ name: 'AppError', status: 403, code: 'missing_scope' });
  expect(thrown.message).toContain(says);
  expect(thrown.message).toContain('Settings → Developers → API Keys');
});

test('the error of a deleted key asks for a new one', async () => {
  const { app, sandbox, workspace } = await startTopo();
  sandbox.revokeKey(workspace.keys.full);
  const thrown = await app.thrownBy(authenticate);
  expect(thrown).toMatchObject({ name: 'ExpiredAuthError' });
  expect(thrown.message).toContain('Make a new key');
});

test('a key pasted with spaces around it works', async () => {
  const { url, workspace } = await startTopo();
  await expect(runApp({ TOPO_API_URL: url }, ` ${workspace.keys.full}\n`).run(authenticate)).resolves.toBeDefined();
});

test.each(['', '   ', 'topo_abc def', 'topo_schlüssel', 'topo_a\r\nx-more: 1'])(
  'what cannot be a key is refused without a request and without quoting it: “%s”',
  async (text) => {
    const { url, sandbox } = await startTopo();
    const thrown = await runApp({ TOPO_API_URL: url }, text).thrownBy(authenticate);
    expect(thrown.name).toBe('ExpiredAuthError');
    expect(thrown.message).toMatch(/^This is not a Topo API key/);
    if (text.trim() !== '') expect(thrown.message).not.toContain(text);
    expect(sandbox.requests).toHaveLength(0);
  },
);

test('a key without a name still gets a label', async () => {
  const answer = { id: 'k', organization_id: 'o', scopes: ['tasks:*'] };
  const receiver = await startReceiver((response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  const result = await runApp({ TOPO_API_URL: receiver.url }, key).run(authenticate);
  expect(result).toEqual({ ...answer, name: 'Topo', key_prefix: 'topo_' });
});

describe('the key goes', () => {
  const get =
    (url: string, headers: Record<string, string> = {}) =>
    async (z: ZObject) => {
      await z.request({ url, headers });
      return {};
    };
  const authorizationOf = async (
    choose: (urls: { topo: string; server: string; other: string }) => string,
    headers?: Record<string, string>,
  ) => {
    const [topo, server, other] = await Promise.all([startReceiver(), startReceiver(), startReceiver()]);
    const variables = { TOPO_API_URL: `${topo.url}/v1`, WEBHOOK_SERVER_URL: `${server.url}/topo/` };
    const url = choose({ topo: topo.url, server: server.url, other: other.url });
    await runInApp(variables, key, get(url, headers)).run();
    const received = [topo, server, other].flatMap((each) => each.received);
    expect(received).toHaveLength(1);
    return received[0]?.headers.authorization;
  };

  test('to Topo', async () => {
    expect(await authorizationOf(({ topo }) => `${topo}/v1/me`)).toBe(`Bearer ${key}`);
  });

  test('to the webhook server', async () => {
    expect(await authorizationOf(({ server }) => `${server}/topo/hooks`)).toBe(`Bearer ${key}`);
  });

  test('to no other port of the same host', async () => {
    expect(await authorizationOf(({ other }) => `${other}/v1/me`)).toBeUndefined();
  });

  test.each([
    ['that begins like Topo’s', (topo: string, other: string) => `${topo}@${new URL(other).host}/v1/me`],
    ['that holds Topo’s', (topo: string, other: string) => `${other}/v1/me?next=${topo}`],
    ['with another name for this machine', (topo: string) => topo.replace('127.0.0.1', 'localhost')],
  ])('to no address %s', async (_what, write) => {
    const authorization = await authorizationOf(({ topo, other }) => write(topo, other));
    expect(authorization ?? '').not.toContain(key);
  });

  test.each(['Authorization', 'authorization'])('nowhere when the request brings its own %s', async (name) => {
    expect(await authorizationOf(({ topo }) => `${topo}/v1/me`, { [name]: 'Bearer whsec_own' })).toBe(
      'Bearer whsec_own',
    );
  });

  test.each([301, 302, 303, 307, 308])('not along with a redirect (%i)', async (status) => {
    const target = await startReceiver();
    const topo = await startReceiver((response) => {
      response.writeHead(status, { location: `${target.url}/v1/me` }).end();
    });
    const thrown = await runApp({ TOPO_API_URL: topo.url }, key).thrownBy(authenticate);
    expect(thrown).toMatchObject({ name: 'AppError', code: 'redirected' });
    expect(target.received).toEqual([]);
  });
});

test.each([
  ['http://api.topo.io/v1', 'plain http'],
  ['https://user:secret@api.topo.io/v1', 'with a password'],
  ['https://api.topo.io/v1?key=secret', 'with a query'],
  ['https://api.topo.io/v1?', 'with an empty query'],
  ['https://api.topo.io/v1#', 'with an empty fragment'],
  ['api.topo.io', 'no URL'],
  ['javascript:alert(1)', 'no web address'],
  ['http://127.0.0.1.example.com/v1', 'a host that looks like this machine'],
])('TOPO_API_URL %s is refused in a sentence (%s)', async (url) => {
  const thrown = await runApp({ TOPO_API_URL: url }, key).thrownBy(authenticate);
  expect(thrown).toMatchObject({ name: 'AppError', code: 'bad_configuration' });
  expect(thrown.message).toContain('has set TOPO_API_URL to something unusable');
  expect(thrown.message).not.toContain('secret');
});

describe('the connection test tells the webhook server of the key', () => {
  const connectTo = async (server: { url: string }) => {
    const { url, workspace } = await startTopo();
    const variables = { TOPO_API_URL: url, WEBHOOK_SERVER_URL: server.url };
    return {
      full: workspace.keys.full,
      appWith: (name: 'full' | 'readOnly') => runApp(variables, workspace.keys[name]),
    };
  };

  test('with one question that changes nothing', async () => {
    const server = await startReceiver();
    const { appWith, full } = await connectTo(server);
    await appWith('full').run(authenticate);
    expect(server.received.map(({ method, path, headers }) => [method, path, headers.authorization])).toEqual([
      ['GET', '/hooks?limit=1', `Bearer ${full}`],
    ]);
  });

  test('only once Topo has accepted it with both scopes', async () => {
    const server = await startReceiver();
    const { appWith } = await connectTo(server);
    await appWith('readOnly').thrownBy(authenticate);
    expect(server.received).toEqual([]);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ['answers 401', (response) => response.writeHead(401).end('{}')],
    ['answers 429', (response) => response.writeHead(429, { 'retry-after': '60' }).end('{}')],
    ['answers 500 in HTML', (response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oh</h1>')],
    ['redirects', (response) => response.writeHead(302, { location: 'https://example.com/' }).end()],
    ['hangs up', (response) => response.destroy()],
    ['never answers', () => undefined],
  ])('and passes when the server %s', async (_what, answer) => {
    const { appWith } = await connectTo(await startReceiver(answer));
    const startedAtMs = performance.now();
    await expect(appWith('full').run(authenticate)).resolves.toMatchObject({ name: 'Full access' });
    expect(performance.now() - startedAtMs).toBeLessThan(6_000);
  });
});

test('a bad address of the webhook server does not keep actions from working', async () => {
  const { url, workspace } = await startTopo();
  const app = runApp({ TOPO_API_URL: url, WEBHOOK_SERVER_URL: 'nonsense' }, workspace.keys.full);
  await expect(app.run(authenticate)).resolves.toBeDefined();
});
