import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fetchHooks } from '../local-server/fetch-hooks.ts';
import { startWebhookServer, type WebhookServer } from '../local-server/start-webhook-server.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { createSandbox, type Sandbox } from '../sandbox/create-sandbox.ts';
import type { Bench } from './harness/bench.ts';
import type { Figure } from './harness/figure.ts';
import { peakMemory } from './harness/peak-memory.ts';
import { runSizedBench } from './harness/run-bench.ts';
import { encryptionKey } from './hooks-in-store.ts';
import { measureOnPostgres } from './on-postgres.ts';
import { type ReceiverProcess, startReceiverProcess } from './receiver-process.ts';

const timeLimitMs = 15 * 60_000;
const sampleEveryMs = 25;

type Sizes = { tasks: number; hooks: number; seconds: number };
type Setting = { name: string; folder: string; environment: Record<string, string> };

/** How long each `/healthz` took, the largest log of SQLite, and when the first Zap heard, until it is stopped. */
const watch = (server: WebhookServer, receiver: ReceiverProcess, folder: string) => {
  const beganAtMs = performance.now();
  const seen = { healthzMs: 0, logBytes: 0, firstHeardMs: Number.POSITIVE_INFINITY };
  let isOver = false;
  const health = async (): Promise<void> => {
    while (!isOver) {
      const askedAtMs = performance.now();
      await (await fetch(`${server.url}/healthz`)).text();
      seen.healthzMs = Math.max(seen.healthzMs, performance.now() - askedAtMs);
      await delay(sampleEveryMs);
    }
  };
  const log = join(folder, 'topo-for-zapier.sqlite-wal');
  const rest = async (): Promise<void> => {
    while (!isOver) {
      seen.logBytes = Math.max(seen.logBytes, statSync(log, { throwIfNoEntry: false })?.size ?? 0);
      if (seen.firstHeardMs === Number.POSITIVE_INFINITY && (await receiver.take()).distinct > 0) {
        seen.firstHeardMs = performance.now() - beganAtMs;
      }
      await delay(sampleEveryMs);
    }
  };
  const watching = Promise.all([health(), rest()]);
  return async () => {
    isOver = true;
    await watching;
    return seen;
  };
};

const subscribeAll = async (server: WebhookServer, key: string, host: string, hooks: number): Promise<void> => {
  for (let hook = 0; hook < hooks; hook += 1) {
    const response = await fetch(`${server.url}/hooks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ target_url: `http://${host}/counted/${hook}/`, event: 'task.reassigned' }),
    });
    if (!response.ok) throw new Error(`The server does not subscribe: ${await response.text()}`);
  }
};

const reassignAllOf = (sandbox: Sandbox): number => {
  const [{ people, tasks }] = sandbox.workspaces;
  const open = tasks.filter(({ status }) => status !== 'COMPLETED' && status !== 'SKIPPED');
  for (const { id, assignee_user_id } of open) {
    sandbox.reassign(id, people.find(({ userId }) => userId !== assignee_user_id)?.userId ?? null);
  }
  return open.length;
};

/** Reassigns every open task of a workspace at the same moment, while many Zaps listen. */
const measureBurst = async (setting: Setting, sizes: Sizes, bench: Bench): Promise<Figure[]> => {
  const { name, folder, environment } = setting;
  const sandbox = createSandbox({ taskCount: sizes.tasks });
  const topo = await sandbox.listen();
  const receiver = await startReceiverProcess();
  // Without the scopes that look-ups need: nothing is waited for.
  const key = sandbox.workspaces[0].keys.tasksOnly;
  const server = await startWebhookServer({
    dataFolder: folder,
    topoApiUrl: topo.url,
    hookHost: receiver.host,
    environment: {
      LOG_LEVEL: 'error',
      ENCRYPTION_KEY: encryptionKey.toString('hex'),
      TOPO_REQUESTS_PER_MINUTE: '100000',
      ...environment,
    },
  });
  bench.atExit(() => {
    if (server.processId !== undefined) process.kill(server.processId, 'SIGKILL');
  });
  try {
    bench.say(`${name}: ${sizes.hooks} hooks begin to listen`);
    await subscribeAll(server, key, receiver.host, sizes.hooks);
    await waitUntil(
      'every hook listens',
      async () => (await fetchHooks(server.url, key)).every(({ listening_since }) => listening_since !== null),
      { withinMs: 120_000 },
    );
    await receiver.forget();
    const changes = reassignAllOf(sandbox);
    bench.say(`${name}: ${changes} changes for ${sizes.hooks} hooks`);
    const end = watch(server, receiver, folder);
    await delay(sizes.seconds * 1000);
    const seen = await end();
    const { distinct } = await receiver.take();
    if (server.processId === undefined) throw new Error(`The server has ended.\n${server.output}`);
    const title = `${name}, ${changes} changes × ${sizes.hooks} hooks`;
    return [
      { figure: `${title}: the first Zap hears after`, value: seen.firstHeardMs, unit: 'ms', atMost: 2_000 },
      { figure: `${title}: worst /healthz`, value: seen.healthzMs, unit: 'ms', atMost: 500 },
      { figure: `${title}: peak memory`, value: peakMemory(server.processId) / 1024 ** 2, unit: 'MiB', atMost: 220 },
      { figure: `${title}: largest log of SQLite`, value: seen.logBytes / 1024 ** 2, unit: 'MiB', atMost: 64 },
      { figure: `${title}: delivered in ${sizes.seconds} s`, value: distinct, unit: 'deliveries' },
    ];
  } finally {
    await server.stop();
    await receiver.stop();
    await topo.close();
  }
};

const measureBursts = async (bench: Bench, sizes: Sizes): Promise<Figure[]> => {
  const folder = bench.newFolder();
  return [
    ...(await measureBurst({ name: 'SQLite', folder, environment: {} }, sizes, bench)),
    ...(await measureOnPostgres(bench, async (newSchema) => {
      const environment = { DATABASE_URL: await newSchema('burst') };
      return measureBurst({ name: 'PostgreSQL', folder: bench.newFolder(), environment }, sizes, bench);
    })),
  ];
};

await runSizedBench(measureBursts, { timeLimitMs, sizes: { tasks: 2_600, hooks: 100, seconds: 60 } });
