import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { reassignTask } from '../../topo/reassign-task.ts';
import { createPostgresStore } from '../../webhook-server/store/postgres/postgres-store.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { startWebhookServer } from '../local-server/start-webhook-server.ts';
import { callServer } from './call-server.ts';
import { fillWorkspaces } from './fill-workspaces.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, percentile } from './harness/figure.ts';
import { readText } from './harness/message.ts';
import { runSizedBench } from './harness/run-bench.ts';
import { encryptionKey } from './hooks-in-store.ts';
import { measureOnPostgres } from './on-postgres.ts';
import { preparedTasks } from './prepared-tasks.ts';
import { type PreparedTopo, startPreparedTopo, usualKey } from './prepared-topo.ts';
import { type EventCatcher, startEventCatcher } from './start-event-catcher.ts';

const timeLimitMs = 10 * 60_000;

/** Each workspace has one Zap that reassigns, and one that hears of it. */
const workspaces = 500;
type Load = { perSecond: number; mostMs?: number };
const usualLoad: Load = { perSecond: 25 };
const loads: readonly Load[] = [usualLoad, { perSecond: 100, mostMs: 1_000 }];

/** Not counted: until then every key is known, and the program is compiled. */
const warmUpChanges = workspaces;

/** Whatever was not heard of after this counts with it. */
const patienceMs = 10_000;

/** Of a prepared workspace the newest are known; each of its changes is about another one. */
const tasks = preparedTasks(900, 1_000).toReversed();

type Kind = { name: string; openStore: () => Promise<Store>; environment: Record<string, string> };
type Loop = { topo: PreparedTopo; serverUrl: string; catcher: EventCatcher };

const targetOf = ({ host }: EventCatcher, workspace: number): string => `http://${host}/hooks/standard/1/${workspace}/`;

/** Reassigns as the app's action does, with an intent; milliseconds from Topo's answer to the event. */
const timeOne = async ({ topo, serverUrl, catcher }: Loop, change: number): Promise<number> => {
  const workspace = change % workspaces;
  const task = tasks[Math.floor(change / workspaces) % tasks.length];
  if (task === undefined) throw new Error('There is no task left.');
  const key = usualKey(workspace);
  const assigneeId = tasks.find((other) => other.assignee_user_id !== task.assignee_user_id)?.assignee_user_id ?? '';
  const intent = { task_id: task.id, assignee_user_id: assigneeId };
  const id = readText(await callServer({ serverUrl, key }, 'POST', '/intents', intent), 'id');
  const { method, path, json } = reassignTask({ taskId: task.id, assigneeId, scope: 'TASK' });
  const answer = await callServer({ serverUrl: topo.url, key }, method, `/${path}`, json);
  const answeredAtMs = performance.now();
  const updated_at = readText(answer, 'updated_at');
  await callServer({ serverUrl, key }, 'PATCH', `/intents/${id}`, { state: 'done', updated_at });
  const arrivedAtMs = await catcher.arrivalOf(task.id, {
    targetUrl: targetOf(catcher, workspace),
    withinMs: patienceMs,
  });
  return arrivedAtMs === undefined ? patienceMs : arrivedAtMs - answeredAtMs;
};

/** A server that falls behind does not answer in time. */
const reassign = (loop: Loop, change: number): Promise<number> => timeOne(loop, change).catch(() => patienceMs);

/** Reassigns at a steady rate, whether or not what came before was heard of. */
const reassignSteadily = async (loop: Loop, first: number, count: number, { perSecond }: Load): Promise<number[]> => {
  const beganMs = performance.now();
  const waits: Promise<number>[] = [];
  for (let change = 0; change < count; change += 1) {
    const earlyMs = beganMs + (change * 1000) / perSecond - performance.now();
    if (earlyMs > 0) await delay(earlyMs);
    waits.push(reassign(loop, first + change));
  }
  return Promise.all(waits);
};

const measureLoop = async ({ name }: Kind, loop: Loop, seconds: number, bench: Bench): Promise<Figure[]> => {
  bench.say(`${name}: warming up`);
  while ((await loop.topo.countPolled(3)) < workspaces) await delay(1_000);
  await reassignSteadily(loop, 0, warmUpChanges, usualLoad);
  const figures: Figure[] = [];
  let made = warmUpChanges;
  for (const load of loads) {
    const { perSecond, mostMs } = load;
    bench.say(`${name}: ${perSecond} changes a second, each with an intent, for ${seconds} s`);
    const waitsMs = await reassignSteadily(loop, made, seconds * perSecond, load);
    made += seconds * perSecond;
    const title = `${name}, ${perSecond} changes a second with an intent: changed → heard`;
    figures.push(
      { figure: `${title}, p50`, value: percentile(waitsMs, 50), unit: 'ms' },
      { figure: `${title}, p99`, value: percentile(waitsMs, 99), unit: 'ms', atMost: mostMs },
      { figure: `${title}, worst`, value: Math.max(...waitsMs), unit: 'ms' },
    );
  }
  return figures;
};

const measureOn = async (kind: Kind, seconds: number, bench: Bench): Promise<Figure[]> => {
  const catcher = await startEventCatcher();
  const topo = await startPreparedTopo();
  try {
    bench.say(`${kind.name}: making ${workspaces} workspaces`);
    const store = await kind.openStore();
    await fillWorkspaces(store, { usual: workspaces, big: 0 }, (workspace) => targetOf(catcher, workspace));
    await store.close();
    const server = await startWebhookServer({
      dataFolder: bench.newFolder(),
      topoApiUrl: topo.url,
      hookHost: catcher.host,
      environment: {
        LOG_LEVEL: 'error',
        ENCRYPTION_KEY: encryptionKey.toString('hex'),
        POLL_INTERVAL_MS: '15000',
        POLL_IDLE_INTERVAL_MS: '15000',
        TOPO_REQUESTS_PER_MINUTE: '60',
        ...kind.environment,
      },
    });
    bench.atExit(() => {
      if (server.processId !== undefined) process.kill(server.processId, 'SIGKILL');
    });
    try {
      return await measureLoop(kind, { topo, serverUrl: server.url, catcher }, seconds, bench);
    } finally {
      await server.stop();
    }
  } finally {
    await topo.stop();
    await catcher.close();
  }
};

/** How soon after Topo's answer the Zaps of many workspaces hear of what other Zaps reassign. */
const measureIntents = async (bench: Bench, { seconds }: { seconds: number }): Promise<Figure[]> => {
  const folder = bench.newFolder();
  const openStore = async () => createSqliteStore(join(folder, 'topo-for-zapier.sqlite'));
  return [
    ...(await measureOn({ name: 'SQLite', openStore, environment: { DATA_DIR: folder } }, seconds, bench)),
    ...(await measureOnPostgres(bench, async (newSchema) => {
      const url = await newSchema('intents');
      const kind = {
        name: 'PostgreSQL',
        openStore: () => createPostgresStore(url),
        environment: { DATABASE_URL: url },
      };
      return measureOn(kind, seconds, bench);
    })),
  ];
};

await runSizedBench(measureIntents, { timeLimitMs, sizes: { seconds: 20 } });
