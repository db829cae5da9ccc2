import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, jest } from '@jest/globals';
import type { TaskReassigned } from '../contract/event.ts';
import { fetchHooks } from '../local-zap/hook-view.ts';
import { waitUntil } from '../local-zap/wait-until.ts';
import { startWebhookServer, type WebhookServer } from '../local-zap/webhook-server.ts';
import { createRandom, drawInteger, drawOne } from '../sandbox/random.ts';
import { newSchemaUrl, testPostgres } from './support/postgres.ts';
import { startReceiver } from './support/receiver.ts';
import { tempFolder } from './support/temp-folder.ts';
import { first, startTopo } from './support/topo-sandbox.ts';

// Real server processes on one database, with a sandbox and a receiver of this process.

jest.setTimeout(120_000);

const servers: WebhookServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill()));
});

const startLoop = async (serverCount: number) => {
  const databaseUrl = await newSchemaUrl();
  const topo = await startTopo({ taskCount: 120 });
  const receiver = await startReceiver();
  const start = () =>
    startWebhookServer({
      dataFolder: tempFolder(),
      topoApiUrl: topo.url,
      hookHost: receiver.host,
      environment: { DATABASE_URL: databaseUrl, ENCRYPTION_KEY: 'ab'.repeat(32) },
    });
  const started = await Promise.all(Array.from({ length: serverCount }, start));
  servers.push(...started);
  const key = topo.workspace.keys.full;
  const subscribe = async (path: string) => {
    await fetch(`${first(started).url}/hooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ target_url: `${receiver.url}${path}`, event: 'task.reassigned' }),
    });
    await waitUntil('the hooks listen', async () => {
      const hooks = await fetchHooks(first(started).url, key);
      return hooks.every(({ listeningSince }) => listeningSince !== null);
    });
  };
  return { ...topo, receiver, started, databaseUrl, subscribe };
};

/** How many deliveries a process says that it has made. */
const deliveredBy = ({ output }: WebhookServer): number => output.split('"msg":"delivered"').length - 1;

const paths = ['/hooks/standard/1/a/', '/hooks/standard/1/b/'];

testPostgres('under random changes two processes tell every change once, and both have a share in it', async () => {
  const { sandbox, workspace, receiver, started, subscribe } = await startLoop(2);
  for (const path of paths) await subscribe(path);
  const heardAt = (path: string): TaskReassigned[] =>
    receiver.received
      .filter((received) => received.path === path)
      .map(({ body }) => JSON.parse(body) as TaskReassigned);
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

  const endMs = performance.now() + 6_000;
  while (performance.now() < endMs) {
    for (let count = drawInteger(random, 1, 6); count > 0; count -= 1) change();
    await delay(random() * 100);
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
