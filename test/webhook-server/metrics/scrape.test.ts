import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ErrorBody } from '../../../contract/error-body.ts';
import { Subscribed } from '../../../contract/hook.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import { readConfig } from '../../../webhook-server/config.ts';
import { type Server, startServer } from '../../../webhook-server/server.ts';
import { keepLog } from '../../support/keep-log.ts';
import { type Exposition, readExposition } from '../../support/read-exposition.ts';
import { startReceiver } from '../../support/receiver.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const token = 'c4n4ry-token-of-the-operator-0123456789';
const sandbox = createSandbox({ taskCount: 12 });
const [workspace] = sandbox.workspaces;
const log = keepLog();
const servers: Server[] = [];
let topo: Awaited<ReturnType<typeof sandbox.listen>>;
let zapier: Awaited<ReturnType<typeof startReceiver>>;
let server: Server;

const start = async (environment: Record<string, string>): Promise<Server> => {
  const config = readConfig({
    PORT: '0',
    DATA_DIR: tempFolder(),
    TOPO_API_URL: topo.url,
    HOOK_ALLOWED_HOSTS: zapier.host,
    POLL_INTERVAL_MS: '250',
    POLL_IDLE_INTERVAL_MS: '250',
    TOPO_REQUESTS_PER_MINUTE: '100000',
    ...environment,
  });
  const started = await startServer(config, log);
  servers.push(started);
  return started;
};

const scrape = async (): Promise<{ text: string; exposition: Exposition }> => {
  const answer = await fetch(server.metricsUrl ?? '');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  return { text, exposition: readExposition(text) };
};

const call = async (method: string, path: string, body?: unknown) => {
  const answer = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return JSON.parse(await answer.text());
};

type Delivery = { state: string };

const deliveriesOf = async (hookId: string): Promise<Delivery[]> =>
  (await call('GET', `/hooks/${hookId}/deliveries`)).items;

const subscribe = async (name: string) =>
  Subscribed.parse(
    await call('POST', '/hooks', {
      target_url: `${zapier.url}/hooks/standard/77/c4n4ry-${name}/`,
      events: ['task.reassigned', 'task.created', 'task.closed', 'task.reopened'],
    }),
  );

beforeAll(async () => {
  topo = await sandbox.listen();
  zapier = await startReceiver((response, { path }) => {
    const status = path.includes('failing') ? 503 : path.includes('gone') ? 410 : 200;
    // What failed is not tried again while the test looks.
    response.writeHead(status, { 'retry-after': '3600' }).end();
  });
  server = await start({ METRICS_PORT: '0', METRICS_TOKEN: token });
});

afterAll(async () => {
  for (const started of servers) await started.stop();
  await topo.close();
});

test('a scrape agrees with what callers are told, after deliveries that went well and others that failed', async () => {
  const hooks = [await subscribe('well'), await subscribe('failing'), await subscribe('gone')];
  await waitUntil('the server listens', async () =>
    (await call('GET', '/hooks')).items.every((hook: { listening_since: unknown }) => hook.listening_since !== null),
  );
  const [person, other] = workspace.people.map(({ userId }) => userId);
  const task = sandbox.createTask({ assignee_user_id: person ?? null });
  const states = async () => (await Promise.all(hooks.map(({ id }) => deliveriesOf(id)))).flat();
  const settled = async (count: number) =>
    (await states()).filter(({ state }) => state === 'delivered').length === count;
  await waitUntil('the new task was told', () => settled(1));
  sandbox.reassign(task.id, other ?? null);
  await waitUntil('the reassignment was told', () => settled(2));
  await waitUntil('one hook is gone, and one rests', async () => {
    const found = (await call('GET', '/hooks')).items.map((hook: { state: string }) => hook.state);
    return found.toSorted().join() === 'active,ended,waiting';
  });

  const { exposition, text } = await scrape();
  const told = (await call('GET', '/events?events=task.reassigned&events=task.created')).items;
  const deliveries = await states();
  const count = (state: string) => deliveries.filter((delivery) => delivery.state === state).length;
  const of = (name: string, labels?: Record<string, string>) => exposition.figure(`topo_zapier_${name}`, labels);

  expect(of('events_detected_total', { type: 'task.created', kind: 'created' })).toBe(1);
  expect(of('events_detected_total', { type: 'task.reassigned', kind: 'reassigned' })).toBe(told.length - 1);
  expect(of('detection_delay_seconds_count')).toBe(told.length);
  expect(of('deliveries_delivered_total')).toBe(count('delivered'));
  expect(of('delivery_delay_seconds_count')).toBe(count('delivered'));
  expect(of('deliveries_waiting')).toBe(count('waiting'));
  expect(of('deliveries_given_up_total')).toBe(0);
  expect(of('hooks', { state: 'active' })).toBe(1);
  expect(of('hooks', { state: 'failing' })).toBe(1);
  expect(of('hooks', { state: 'ended' })).toBe(1);
  expect(of('workspaces_watched')).toBe(1);
  expect(of('workspaces_key_refused')).toBe(0);
  const received = (name: string) => zapier.received.filter(({ path }) => path.includes(name)).length;
  expect(of('delivery_attempts_total', { status: '2xx' })).toBe(received('well'));
  expect(of('delivery_attempts_total', { status: '5xx' })).toBe(received('failing'));
  expect(of('delivery_attempts_total', { status: '410' })).toBe(received('gone'));
  expect(of('polls_total', { result: 'ok' })).toBeGreaterThan(2);
  expect(of('topo_requests_total', { answer: 'answered' })).toBeGreaterThan(2);
  expect(of('database_transaction_seconds_count', { end: 'committed' })).toBeGreaterThan(10);
  expect(of('store_up')).toBe(1);
  for (const loop of ['detector', 'delivery', 'clean-up']) expect(of('loop_up', { loop })).toBe(1);
  expect(exposition.samples.find(({ name }) => name === 'topo_zapier_build_info')?.labels).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    store: 'sqlite',
  });

  const secrets = [
    ...Object.values(workspace.keys),
    token,
    'c4n4ry',
    zapier.host,
    new URL(topo.url).host,
    workspace.organizationId,
    task.id,
    ...hooks.flatMap(({ id, secret }) => [id, secret]),
    ...workspace.people.flatMap(({ userId, name }) => [userId, name]),
  ];
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
});

test('labels hold a few words of ours, and every name begins alike', async () => {
  const { exposition } = await scrape();
  const ours = exposition.samples.filter(({ name }) => !/^topo_zapier_(nodejs|process)_/.test(name));
  expect(exposition.samples.filter(({ name }) => !name.startsWith('topo_zapier_'))).toEqual([]);
  const series = new Set(ours.flatMap(({ labels }) => Object.entries(labels).map((pair) => pair.join('='))));
  const words = [...series].filter((pair) => !/^(le|version|store)=/.test(pair)).toSorted();
  expect(words).toEqual([
    'answer=answered',
    'answer=failed',
    'answer=limited',
    'answer=refused',
    'end=committed',
    'end=undone',
    'kind=assigned',
    'kind=closed',
    'kind=created',
    'kind=reassigned',
    'kind=reopened',
    'kind=unassigned',
    'loop=clean-up',
    'loop=delivery',
    'loop=detector',
    'result=failed',
    'result=key_refused',
    'result=limited',
    'result=ok',
    'result=postponed',
    'state=active',
    'state=ended',
    'state=failing',
    'status=2xx',
    'status=3xx',
    'status=410',
    'status=429',
    'status=4xx',
    'status=5xx',
    'status=none',
    'type=task.closed',
    'type=task.created',
    'type=task.reassigned',
    'type=task.reopened',
  ]);
});

test.each(['alerts.yaml', 'dashboard.json'])('what ops/%s names is there', async (file) => {
  const text = readFileSync(new URL(`../../../ops/${file}`, import.meta.url), 'utf8').replaceAll('\\"', '"');
  const { exposition } = await scrape();
  const named = [...text.matchAll(/(topo_zapier_[a-z0-9_]+)(?:\{([a-z_]+)="(\w+)"\})?/g)];
  const isThere = ([, name, label, value]: (string | undefined)[]): boolean =>
    exposition.samples.some(
      (sample) => sample.name === name && (label === undefined || sample.labels[label] === value),
    );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((mention) => !isThere(mention)).map(([mention]) => mention)).toEqual([]);
});

test('on the main port metrics are for whoever has the token', async () => {
  const ask = (authorization?: string) =>
    fetch(`${server.url}/metrics`, authorization === undefined ? {} : { headers: { authorization } });
  const right = await ask(`Bearer ${token}`);
  expect(right.status).toBe(200);
  expect(right.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(readExposition(await right.text()).figure('topo_zapier_store_up')).toBe(1);
  for (const wrong of [undefined, 'Bearer', `Bearer ${token}0`, `Bearer ${token.slice(1)}`, `Basic ${token}`, token]) {
    const answer = await ask(wrong);
    expect([wrong, answer.status]).toEqual([wrong, 401]);
    const { error } = ErrorBody.parse(await answer.json());
    expect(error).toMatchObject({ code: 'unauthorized', message: expect.stringContaining('METRICS_TOKEN') });
  }
  expect((await ask(`Bearer ${workspace.keys.full}`)).status).toBe(401);
});

test('their own port is one of this machine alone, and answers nothing else', async () => {
  const { origin } = new URL(server.metricsUrl ?? '');
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  for (const path of ['/', '/hooks', '/healthz', '/metrics/', '/metrics?x']) {
    expect([path, (await fetch(origin + path)).status]).toEqual([path, 404]);
  }
  expect((await fetch(`${origin}/metrics`, { method: 'POST', body: '{}' })).status).toBe(404);
});

test('without the token there is no such route on the main port, whoever asks', async () => {
  const other = await start({ METRICS_PORT: '0', HOST: '0.0.0.0' });
  expect(other.metricsUrl).toMatch(/^http:\/\/127\.0\.0\.1:/);
  expect((await fetch(other.metricsUrl ?? '')).status).toBe(200);
  for (const authorization of ['', `Bearer ${token}`, 'Bearer ', `Bearer ${workspace.keys.full}`]) {
    const answer = await fetch(`${other.url.replace('0.0.0.0', '127.0.0.1')}/metrics`, { headers: { authorization } });
    expect([authorization, answer.status]).toEqual([authorization, 404]);
  }
});

test('a port that is taken is said to be, and nothing is left running', async () => {
  const { port } = new URL(server.metricsUrl ?? '');
  const folder = tempFolder();
  await expect(start({ METRICS_PORT: port, DATA_DIR: folder })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const { metricsUrl } = await start({ DATA_DIR: folder });
  expect(metricsUrl).toBeUndefined();
});
