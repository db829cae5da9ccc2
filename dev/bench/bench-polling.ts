import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPostgresStore } from '../../webhook-server/store/postgres/postgres-store.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { startWebhookServer, type WebhookServer } from '../local-server/start-webhook-server.ts';
import { type DatabaseLoad, loadBetween, readDatabaseLoad } from './database-load.ts';
import { fillWorkspaces } from './fill-workspaces.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, percentile } from './harness/figure.ts';
import { peakMemory } from './harness/peak-memory.ts';
import { processorTimeMs } from './harness/processor-time.ts';
import { runSizedBench } from './harness/run-bench.ts';
import { encryptionKey } from './hooks-in-store.ts';
import { measureOnPostgres } from './on-postgres.ts';
import { type Asked, type PreparedTopo, startPreparedTopo } from './prepared-topo.ts';

const timeLimitMs = 20 * 60_000;
const intervalMs = 15_000;
const lateMs = 1.25 * intervalMs;
const bigWorkspaces = 4;

/** Not counted: whatever is due at the start is polled, and the program is compiled. */
const longestWarmUpMs = 4 * 60_000;

/** `predicted`: workspaces on PostgreSQL for which `npm run size` predicts from the other figures what they cost. */
type Sizes = { sqlite: number; postgres: number; predicted: number; beside: number; seconds: number };

type Setting = {
  name: string;
  processes: number;
  usual: number;
  big: number;
  seconds: number;
  openStore: () => Promise<Store>;
  environment: Record<string, string>;
  readLoad?: () => Promise<DatabaseLoad>;
};

type Sample = Asked & { serverMs: number; peakMebibytes: number; load: DatabaseLoad | undefined };

const startServers = async (setting: Setting, topo: PreparedTopo, bench: Bench): Promise<WebhookServer[]> => {
  const servers: WebhookServer[] = [];
  for (let index = 0; index < setting.processes; index += 1) {
    const server = await startWebhookServer({
      dataFolder: bench.newFolder(),
      topoApiUrl: topo.url,
      hookHost: '127.0.0.1:9',
      environment: {
        LOG_LEVEL: 'error',
        ENCRYPTION_KEY: encryptionKey.toString('hex'),
        POLL_INTERVAL_MS: String(intervalMs),
        POLL_IDLE_INTERVAL_MS: String(intervalMs),
        TOPO_REQUESTS_PER_MINUTE: '60',
        ...setting.environment,
      },
    });
    servers.push(server);
    bench.atExit(() => {
      if (server.processId !== undefined) process.kill(server.processId, 'SIGKILL');
    });
  }
  return servers;
};

const processIdsOf = (servers: readonly WebhookServer[]): number[] =>
  servers.map(({ processId, output }) => {
    if (processId === undefined) throw new Error(`A server has ended.\n${output}`);
    return processId;
  });

/** Each process reads a whole page of a workspace and then a small one before it knows both: enough polls for all to. */
const pollsBefore = ({ processes }: Setting): number => (processes === 1 ? 3 : 4 * processes);

const warmUp = async (topo: PreparedTopo, setting: Setting): Promise<void> => {
  const untilMs = performance.now() + longestWarmUpMs;
  while ((await topo.countPolled(pollsBefore(setting))) < setting.usual && performance.now() < untilMs)
    await delay(1_000);
};

const sample = async (setting: Setting, bench: Bench): Promise<Sample> => {
  const { name, usual, big, seconds } = setting;
  bench.say(`${name}: making ${usual} workspaces`);
  const store = await setting.openStore();
  await fillWorkspaces(store, { usual, big });
  await store.close();
  const topo = await startPreparedTopo();
  const servers: WebhookServer[] = [];
  try {
    servers.push(...(await startServers(setting, topo, bench)));
    bench.say(`${name}: until each was polled ${pollsBefore(setting)} times`);
    await warmUp(topo, setting);
    bench.say(`${name}: polling for ${seconds} s`);
    await topo.begin();
    const beganMs = processIdsOf(servers).map(processorTimeMs);
    const loadBefore = await setting.readLoad?.();
    await delay(seconds * 1000);
    const asked = await topo.take({ workspaces: usual, lateMs });
    const endedMs = processIdsOf(servers).map(processorTimeMs);
    const serverMs = endedMs.reduce((sum, ms, index) => sum + ms - (beganMs[index] ?? 0), 0);
    const loadAfter = await setting.readLoad?.();
    const load = loadBefore && loadAfter && loadBetween(loadBefore, loadAfter);
    const peakMebibytes = Math.max(...processIdsOf(servers).map(peakMemory)) / 1024 ** 2;
    return { ...asked, serverMs, peakMebibytes, load };
  } finally {
    for (const server of servers) await server.stop();
    await topo.stop();
  }
};

const gapFigures = (title: string, gapsMs: readonly number[], mostMs: number): Figure[] => [
  { figure: `${title}: gap between polls, p50`, value: percentile(gapsMs, 50), unit: 'ms' },
  { figure: `${title}: gap between polls, p99`, value: percentile(gapsMs, 99), unit: 'ms', atMost: mostMs },
  { figure: `${title}: gap between polls, worst`, value: Math.max(...gapsMs), unit: 'ms' },
];

const loadFigures = (title: string, { busyMs, commits }: DatabaseLoad, polls: number): Figure[] => [
  { figure: `${title}: time of the database for a poll`, value: busyMs / polls, unit: 'ms' },
  { figure: `${title}: commits for a poll`, value: commits / polls, unit: 'commits' },
];

/** How many workspaces are polled on time, and what a poll without news costs. */
const measureIdle = async (setting: Setting, bench: Bench): Promise<Figure[]> => {
  const { gapsMs, requests, tookMs, serverMs, processorMs, peakMebibytes, load } = await sample(setting, bench);
  const title = `${setting.name}, ${setting.usual.toLocaleString('en')} workspaces`;
  return [
    ...gapFigures(title, gapsMs, lateMs),
    { figure: `${title}: polls`, value: requests / (tookMs / 1000), unit: 'a second' },
    { figure: `${title}: processor time of an idle poll`, value: serverMs / requests, unit: 'ms', atMost: 1.5 },
    { figure: `${title}: processor time of a server`, value: serverMs / tookMs / setting.processes, unit: 'cores' },
    { figure: `${title}: processor time of the prepared Topo`, value: processorMs / tookMs, unit: 'cores' },
    { figure: `${title}: peak memory of a server`, value: peakMebibytes, unit: 'MiB' },
    ...(load === undefined ? [] : loadFigures(title, load, requests)),
  ];
};

/** Whether first readings of big workspaces with slow pages keep small ones waiting. */
const measureBeside = async (setting: Setting, bench: Bench): Promise<Figure[]> => {
  const { gapsMs } = await sample(setting, bench);
  return gapFigures(
    `${setting.name}, ${setting.usual} workspaces beside ${setting.big} big slow ones`,
    gapsMs,
    intervalMs + 3_000,
  );
};

const measureSqlite = async (
  sizes: Pick<Setting, 'usual' | 'big' | 'seconds'>,
  measure: (setting: Setting, bench: Bench) => Promise<Figure[]>,
  bench: Bench,
): Promise<Figure[]> => {
  if (sizes.usual === 0) return [];
  const folder = bench.newFolder();
  const openStore = async () => createSqliteStore(join(folder, 'topo-for-zapier.sqlite'));
  return measure({ name: 'SQLite', processes: 1, ...sizes, openStore, environment: { DATA_DIR: folder } }, bench);
};

const measurePostgres = async (usual: number, seconds: number, bench: Bench): Promise<Figure[]> => {
  if (usual === 0) return [];
  return measureOnPostgres(bench, async (newSchema) => {
    const url = await newSchema('polling');
    const openStore = () => createPostgresStore(url);
    const environment = { DATABASE_URL: url };
    const readLoad = () => readDatabaseLoad(url);
    const name = 'PostgreSQL, two processes';
    return measureIdle({ name, processes: 2, usual, big: 0, seconds, openStore, environment, readLoad }, bench);
  });
};

const measurePolling = async (
  bench: Bench,
  { sqlite, postgres, predicted, beside, seconds }: Sizes,
): Promise<Figure[]> => [
  ...(await measureSqlite({ usual: sqlite, big: 0, seconds }, measureIdle, bench)),
  ...(await measurePostgres(postgres, seconds, bench)),
  ...(await measurePostgres(predicted, seconds, bench)),
  ...(await measureSqlite({ usual: beside, big: bigWorkspaces, seconds }, measureBeside, bench)),
];

await runSizedBench(measurePolling, {
  timeLimitMs,
  sizes: { sqlite: 2_000, postgres: 3_000, predicted: 2_000, beside: 20, seconds: 60 },
});
