// Slow: it cuts the power, and needs root.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { fetchEvents } from '../../../dev/chaos/fetch-pages.ts';
import { fetchHooks } from '../../../dev/local-server/fetch-hooks.ts';
import { startWebhookServer, type WebhookServer } from '../../../dev/local-server/start-webhook-server.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import { createRandom, drawOne } from '../../../dev/sandbox/random.ts';
import { type LoopDisk, makeLoopDisk, mayMount } from '../../support/loop-disk.ts';
import { startReceiver } from '../../support/receiver.ts';
import { first } from '../../support/topo-sandbox.ts';

// A power cut, simulated: the server is stopped in the middle of whatever it does, and its disk is copied as it is, without
// what the kernel has not written yet. What the server had acknowledged by then must be on the copy.

const cuts = 20;

const canRun = mayMount();
if (!canRun) process.stderr.write('Only root may mount a disk: the test of power cuts is SKIPPED.\n');
const testPowerCuts = canRun ? test : test.skip;

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The same each time, so that a second one knows the keys of the first. */
const startTopo = async () => {
  const sandbox = createSandbox({ seed: 7 });
  const { url, close } = await sandbox.listen();
  closers.push(close);
  return { sandbox, url, workspace: sandbox.workspaces[0] };
};

const startServer = async (disk: LoopDisk, topoApiUrl: string, hookHost: string): Promise<WebhookServer> => {
  const server = await startWebhookServer({ dataFolder: join(disk.folder, 'data'), topoApiUrl, hookHost });
  closers.push(server.kill);
  return server;
};

/** What somebody outside knows to be stored. */
type Acknowledged = { hookIds: Set<string>; eventIds: Set<string>; deliveryIds: Set<string> };

const isStopped = (processId: number): boolean => / \(.*\) T /.test(readFileSync(`/proc/${processId}/stat`, 'utf8'));

/** Stops the server, hears what it had said, and copies its disk. */
const cutPower = async ({ processId }: WebhookServer, disk: LoopDisk, known: () => Acknowledged) => {
  if (processId === undefined) throw new Error('The server does not run.');
  process.kill(processId, 'SIGSTOP');
  try {
    await waitUntil('the server stands still', () => isStopped(processId));
    // What it has sent already arrives.
    await delay(50);
    const acknowledged = structuredClone(known());
    return { acknowledged, copy: disk.copy() };
  } finally {
    process.kill(processId, 'SIGCONT');
  }
};

const missing = (known: ReadonlySet<string>, found: readonly string[]): string[] => {
  const present = new Set(found);
  return [...known].filter((id) => !present.has(id));
};

/** Starts the server on a disk as a power cut has left it, and answers what it had acknowledged and does not know. */
const findLost = async (copy: LoopDisk, { hookIds, eventIds, deliveryIds }: Acknowledged): Promise<string[]> => {
  const { url, workspace } = await startTopo();
  const key = workspace.keys.full;
  // It may send nothing: the targets are not on its list.
  const server = await startServer(copy, url, '127.0.0.1:9');
  const hooks = await fetchHooks(server.url, key);
  const events = await fetchEvents({ serverUrl: server.url, key });
  await server.kill();

  const database = new SqliteDatabase(join(copy.folder, 'data', 'topo-for-zapier.sqlite'));
  const deliveries = database.prepare<[], { id: string }>('select id from delivery').all();
  const integrity = database.pragma('integrity_check', { simple: true });
  database.close();
  return [
    ...(integrity === 'ok' ? [] : ['the integrity of the file']),
    ...missing(
      hookIds,
      hooks.map(({ id }) => id),
    ),
    ...missing(
      eventIds,
      events.map(({ id }) => id),
    ),
    ...missing(
      deliveryIds,
      deliveries.map(({ id }) => id),
    ),
  ];
};

testPowerCuts(
  `what the server has acknowledged outlasts ${cuts} power cuts`,
  async () => {
    const { sandbox, url, workspace } = await startTopo();
    const receiver = await startReceiver();
    const disk = makeLoopDisk();
    const server = await startServer(disk, url, receiver.host);
    const key = workspace.keys.full;
    const random = createRandom(20_261_124);
    const hookIds = new Set<string>();
    const eventIds = new Set<string>();
    const known = (): Acknowledged => ({
      hookIds,
      eventIds,
      deliveryIds: new Set(receiver.received.map(({ headers }) => String(headers['webhook-id']))),
    });

    const subscribe = async () => {
      const response = await fetch(`${server.url}/hooks`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ target_url: `${receiver.url}/${hookIds.size}/`, event: 'task.reassigned' }),
      });
      const { id } = (await response.json()) as { id: string };
      if (response.status === 201) hookIds.add(id);
    };
    const readEvents = async () => {
      const response = await fetch(`${server.url}/events?limit=100`, { headers: { authorization: `Bearer ${key}` } });
      const { items } = (await response.json()) as { items: { id: string }[] };
      for (const { id } of items) eventIds.add(id);
    };
    const reassign = async () => {
      const task = drawOne(random, workspace.tasks);
      const others = workspace.people.filter(({ userId }) => userId !== task.assignee_user_id);
      sandbox.reassign(task.id, drawOne(random, others).userId);
    };

    const lost: string[] = [];
    const cut = async () => {
      const { copy, acknowledged } = await cutPower(server, disk, known);
      lost.push(...(await findLost(copy, acknowledged)));
      copy.unmount();
    };

    // The first cut comes as soon as the server has acknowledged anything at all.
    await subscribe();
    await cut();

    const calm = new AbortController();
    const repeat = async (deed: () => Promise<void>, mostMs: number) => {
      while (!calm.signal.aborted) {
        // A call that fails, as on a connection that grew old while the server stood still, acknowledges nothing.
        await deed().catch(() => undefined);
        await delay(random() * mostMs);
      }
    };
    const loads = [repeat(reassign, 30), repeat(readEvents, 100), repeat(subscribe, 4_000)];
    try {
      for (let count = 1; count < cuts; count += 1) {
        await delay(random() * 1_000);
        await cut();
      }
    } finally {
      calm.abort();
      await Promise.all(loads);
      await server.kill();
    }

    expect(lost).toEqual([]);
    expect(first([...hookIds])).toBeDefined();
    expect(eventIds.size).toBeGreaterThan(100);
    expect(known().deliveryIds.size).toBeGreaterThan(100);
    disk.unmount();
  },
  20 * 60_000,
);
