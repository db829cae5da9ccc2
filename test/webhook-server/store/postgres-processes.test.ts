import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect } from '@jest/globals';
import type { TaskEvent } from '../../../contract/event.ts';
import { findBinaries } from '../../../dev/local-postgres/find-binaries.ts';
import { startCluster } from '../../../dev/local-postgres/start-cluster.ts';
import { fetchHooks } from '../../../dev/local-server/fetch-hooks.ts';
import { startWebhookServer, type WebhookServer } from '../../../dev/local-server/start-webhook-server.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createRandom, drawInteger, drawOne } from '../../../dev/sandbox/random.ts';
import { connectPostgres, newDatabaseUrl, newSchemaUrl, testPostgres } from '../../support/postgres.ts';
import { startReceiver } from '../../support/receiver.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { first, startTopo } from '../../support/topo-sandbox.ts';

// Real server processes on one database, with a sandbox and a receiver of this process.

const servers: WebhookServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill()));
});

const startLoop = async (serverCount: number, url?: string) => {
  const databaseUrl = url ?? (await newSchemaUrl());
  const topo = await startTopo({ taskCount: 120 });
  const receiver = await startReceiver();
  const start = () =>
    startWebhookServer({
      dataFolder: tempFolder(),
      topoApiUrl: topo.url,
      hookHost: receiver.host,
      environment: {
        DATABASE_URL: databaseUrl,
        ENCRYPTION_KEY: 'ab'.repeat(32),
        TOPO_REQUESTS_PER_MINUTE: '100000',
      },
    });
  const startServer = async () => {
    const server = await start();
    servers.push(server);
    return server;
  };
  const started = await Promise.all(Array.from({ length: serverCount }, startServer));
  const key = topo.workspace.keys.full;
  const subscribe = async (path: string) => {
    await fetch(`${first(started).url}/hooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ target_url: `${receiver.url}${path}`, event: 'task.reassigned' }),
    });
    await waitUntil('the hooks listen', async () => {
      const hooks = await fetchHooks(first(started).url, key);
      return hooks.every(({ listening_since }) => listening_since !== null);
    });
  };
  return { ...topo, receiver, started, startServer, databaseUrl, subscribe, key };
};

/** How many deliveries a process says that it has made. */
const deliveredBy = ({ output }: WebhookServer): number => output.split('"msg":"delivered"').length - 1;

const paths = ['/hooks/standard/1/a/', '/hooks/standard/1/b/'];

testPostgres('under random changes two processes tell every change once, and both have a share in it', async () => {
  const { sandbox, workspace, receiver, started, subscribe } = await startLoop(2);
  for (const path of paths) await subscribe(path);
  const heardAt = (path: string): TaskEvent[] =>
    receiver.received.filter((received) => received.path === path).map(({ body }) => JSON.parse(body) as TaskEvent);
  const random = createRandom(20_261_124);
  const made: { taskId: string; userId: string }[] = [];

  // What is told is the difference between two looks: a task changes again only when its last change was heard.
  const change = (): void => {
    const busy = new Map<string, number>();
    for (const { taskId } of made) busy.set(taskId, (busy.get(taskId) ?? 0) + 1);
    for (const { task } of heardAt(first(paths))) busy.set(task.id, (busy.get(task.id) ?? 0) - 1);
    const task = drawOne(
      random,
      workspace.tasks.filter(({ id }) => (busy.get(id) ?? 0) === 0),
    );
    const others = workspace.people.filter(({ userId }) => userId !== task.assignee_user_id);
    const { userId } = drawOne(random, others);
    sandbox.reassign(task.id, userId);
    made.push({ taskId: task.id, userId });
  };

  // Slower than the pace of a hook.
  const endMs = performance.now() + 6_000;
  while (performance.now() < endMs) {
    for (let count = drawInteger(random, 1, 4); count > 0; count -= 1) change();
    await delay(random() * 300);
  }
  await waitUntil('both hooks heard every change', () => receiver.received.length >= 2 * made.length);
  // Whatever is told twice is told by the time of another poll.
  const requests = sandbox.requests.length + 3;
  await waitUntil('Topo was asked again', () => sandbox.requests.length >= requests);

  expect(made.length).toBeGreaterThan(50);
  for (const path of paths) {
    const told = heardAt(path).map(({ task, new_assignee }) => ({ taskId: task.id, userId: new_assignee.user_id }));
    expect(told).toHaveLength(made.length);
    // Of one task, in the order in which it happened.
    for (const [taskId, changes] of Map.groupBy(made, (change) => change.taskId)) {
      expect(told.filter((change) => change.taskId === taskId)).toEqual(changes);
    }
  }
  const delivered = () => started.map(deliveredBy);
  await waitUntil(
    'every delivery was logged',
    () => delivered().reduce((sum, count) => sum + count) >= 2 * made.length,
  );
  for (const count of delivered()) expect(count).toBeGreaterThan(0);
});

/** Lets the database's clock, by which leases run, go forward; the processes' own clocks go on as before. */
const forwardClock = async (databaseUrl: string, ms: number): Promise<void> => {
  const client = await connectPostgres(databaseUrl);
  await client.query(`
    create or replace function now_ms() returns bigint language sql volatile as
      $$ select floor(extract(epoch from clock_timestamp()) * 1000)::bigint + ${ms} $$`);
};

/** Waits until nothing is read or looked up: a process that is paused in a transaction keeps others from starting. */
const waitForRest = async (databaseUrl: string): Promise<void> => {
  const client = await connectPostgres(databaseUrl);
  await waitUntil('the detector rests', async () => {
    const { rows } = await client.query(`
      select 1 from workspace where lease is not null
      union all select 1 from sequence where fetched_at_ms is null
      union all select 1 from contact where fetched_at_ms is null`);
    return rows.length === 0;
  });
};

const signal = ({ processId }: WebhookServer, name: 'SIGSTOP' | 'SIGCONT'): void => {
  if (processId === undefined) throw new Error('The server does not run.');
  process.kill(processId, name);
};

testPostgres('a process that was paused past its lease does not settle what another has by then', async () => {
  const { sandbox, workspace, receiver, started, startServer, databaseUrl, subscribe, key } = await startLoop(1);
  const paused = first(started);
  await subscribe(first(paths));
  const held: ServerResponse[] = [];
  receiver.answer = (response) => held.push(response);
  const [one, other] = workspace.tasks;
  const nextOf = (task: typeof one) =>
    workspace.people.find(({ userId }) => userId !== task?.assignee_user_id)?.userId ?? null;

  sandbox.reassign(one?.id ?? '', nextOf(one));
  await waitUntil('the first process sent the event', () => held.length === 1);
  await waitForRest(databaseUrl);
  signal(paused, 'SIGSTOP');
  await forwardClock(databaseUrl, 61_000);
  receiver.answer = (response) => response.end('{}');
  const second = await startServer();
  await waitUntil('the second process delivered it', () => deliveredBy(second) === 1);

  // The target tells the first process that it is gone: had that been told in time, it would have ended the hook.
  signal(paused, 'SIGCONT');
  for (const response of held) response.writeHead(410).end();
  await waitUntil('the first process goes on', async () => (await fetch(`${paused.url}/readyz`)).status === 200);
  sandbox.reassign(other?.id ?? '', nextOf(other));
  await waitUntil('the next event was delivered', () => deliveredBy(second) + deliveredBy(paused) === 2);

  expect(await fetchHooks(second.url, key)).toMatchObject([{ state: 'active' }]);
  const [lost, again, next] = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(receiver.received).toHaveLength(3);
  expect(again).toBe(lost);
  expect(next).not.toBe(lost);
});

testPostgres('when the database falls over the server says that it is not ready, and goes on by itself', async () => {
  const cluster = await startCluster({ binaries: findBinaries(process.env['PATH'] ?? '') ?? '', isDurable: false });
  try {
    const { sandbox, workspace, receiver, started, subscribe } = await startLoop(1, cluster.url);
    const server = first(started);
    await subscribe(first(paths));
    const task = first(workspace.tasks);
    const person = first(workspace.people.filter(({ userId }) => userId !== task.assignee_user_id));
    const readiness = async () => (await fetch(`${server.url}/readyz`)).status;

    await cluster.kill();
    sandbox.reassign(task.id, person.userId);
    // What it said last holds for a second.
    await waitUntil('the server knows', async () => (await readiness()) !== 200);
    expect(await readiness()).toBe(503);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await cluster.start();
    await waitUntil('the server is ready again', async () => (await readiness()) === 200);
    // No lease has to run out first.
    await waitUntil('the change was delivered', () => deliveredBy(server) === 1, { withinMs: 30_000 });
    expect(receiver.received).toHaveLength(1);
    expect(server.output).not.toMatch(/topo:[0-9a-f]{24}|postgres:\/\//);
  } finally {
    await cluster.stop();
  }
});

testPostgres('after every connection was killed each change is heard within seconds', async () => {
  const databaseUrl = new URL(await newDatabaseUrl());
  const { sandbox, workspace, receiver, subscribe } = await startLoop(2, databaseUrl.href);
  await subscribe(first(paths));
  const client = await connectPostgres();
  const name = databaseUrl.pathname.slice(1);
  const random = createRandom(7);
  let made = 0;
  for (let round = 0; round < 3; round += 1) {
    for (const task of workspace.tasks.slice(round * 5, round * 5 + 5)) {
      const person = first(workspace.people.filter(({ userId }) => userId !== task.assignee_user_id));
      sandbox.reassign(task.id, person.userId);
      made += 1;
      await delay(random() * 100);
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    }
    // A lease lasts longer than this.
    await waitUntil('every change was heard', () => receiver.received.length >= made, { withinMs: 40_000 });
  }
  const told = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(told).size).toBe(made);
});

testPostgres(
  'a server whose database was replaced by an empty one ends with a sentence, and may be started again',
  async () => {
    const databaseUrl = await newDatabaseUrl();
    const { started, subscribe } = await startLoop(1, databaseUrl);
    const server = first(started);
    await subscribe(first(paths));
    const client = await connectPostgres();
    const name = new URL(databaseUrl).pathname.slice(1);
    await client.query(`drop database ${name} with (force)`);
    await waitUntil('it says so', () => server.output.includes('does not exist. Create it first.'));
    const output = server.output.length;
    // Time for some more tries, about which nothing more is to be said.
    await waitUntil('it is not ready', async () => (await fetch(`${server.url}/readyz`)).status === 503);
    await client.query(`create database ${name}`);
    await waitUntil('it has ended', () => server.processId === undefined);
    await expect(server.stop()).rejects.toThrow('did not stop by itself');

    const lines = server.output
      .split('\n')
      .filter((line) => line.includes('the server cannot go on with its database'));
    expect(lines).toHaveLength(1);
    expect(first(lines)).toMatch(/tables of the database are gone.*Restore a backup/);
    const sinceDropped = server.output.slice(output).split('\n');
    expect(sinceDropped.filter((line) => /"level":(50|"error")/.test(line)).length).toBeLessThan(10);
    await server.start();
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  },
);
