import { join } from 'node:path';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { maxDeliveries } from '../../webhook-server/delivery/concurrency-ramp.ts';
import { zapierLimits } from '../../webhook-server/delivery/zapier-limits.ts';
import { createPostgresStore } from '../../webhook-server/store/postgres/postgres-store.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import type { WorkStore } from '../../webhook-server/store/work-store.ts';
import { type DatabaseLoad, loadBetween, readDatabaseLoad } from './database-load.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, percentile } from './harness/figure.ts';
import { runSizedBench } from './harness/run-bench.ts';
import { measureOnPostgres } from './on-postgres.ts';
import { createPages, type Pages } from './pages.ts';
import { type ReceiverProcess, startReceiverProcess } from './receiver-process.ts';
import { startDelivering } from './start-delivering.ts';

const timeLimitMs = 15 * 60_000;

/** Each workspace has one Zap. */
const workspaces = 100;

/** Without Zapier's rate limit: the question is how fast the server itself is. */
const limits = { ...zapierLimits, rateLimits: null };

/** Not counted: until then every connection is open, and the program is compiled. */
const warmUpPages = 300;

/** How long the last events may take to arrive. */
const settleMs = 2_000;

type Load = { name: string; pagesPerSecond: number; changesPerPage: number; targets?: { p50: number; p99: number } };
type Kind = {
  name: string;
  openStore: () => Promise<Store>;
  readLoad?: () => Promise<DatabaseLoad>;
  targets: { p50: number; p99: number };
};

const nowMs = (): number => performance.timeOrigin + performance.now();

/** When each page was handed to the store, and when it was stored. */
type Moments = { handedAtMs: number[]; storedAtMs: number[] };

/** The detector stores no more pages at once than it polls; more than this a pool of connections does not take. */
const mostAtOnce = 8;

/** The pages of a detector, and how it records them. */
type Detecting = { pages: Pages; recordPage: WorkStore['recordPage'] };

/** Hands over pages at their times. One that finds no place waits for it, and its time counts from when it was due. */
const handOver = async (
  { pages, recordPage }: Detecting,
  { pagesPerSecond, changesPerPage }: Load,
  count: number,
): Promise<Moments> => {
  const moments: Moments = { handedAtMs: [], storedAtMs: [] };
  const beganMs = performance.now();
  const storing = new Set<Promise<void>>();
  for (let page = 0; page < count; page += 1) {
    const dueMs = beganMs + (page * 1000) / pagesPerSecond;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) await delay(earlyMs);
    // Pages come from Topo: between two of them this process does whatever else there is, however late it is.
    else await setImmediate();
    while (storing.size >= mostAtOnce) await Promise.race(storing);
    moments.handedAtMs[page] = performance.timeOrigin + dueMs;
    const record = async (): Promise<void> => {
      await pages.record(page, changesPerPage, recordPage);
      moments.storedAtMs[page] = nowMs();
    };
    const stored = record().finally(() => storing.delete(stored));
    storing.add(stored);
  }
  await Promise.all(storing);
  return moments;
};

const figuresOf = (title: string, waitsMs: readonly number[], targets: Load['targets']): Figure[] => [
  { figure: `${title}, p50`, value: percentile(waitsMs, 50), unit: 'ms', ...(targets && { atMost: targets.p50 }) },
  { figure: `${title}, p99`, value: percentile(waitsMs, 99), unit: 'ms', ...(targets && { atMost: targets.p99 }) },
  { figure: `${title}, worst`, value: Math.max(...waitsMs), unit: 'ms' },
];

const loadFigures = (title: string, { busyMs, commits }: DatabaseLoad, changes: number): Figure[] => [
  { figure: `${title}: time of the database for a change`, value: busyMs / changes, unit: 'ms' },
  { figure: `${title}: commits for a change`, value: commits / changes, unit: 'commits' },
];

const measureLoad = async (
  kind: Kind,
  load: Load,
  detecting: Detecting,
  receiver: ReceiverProcess,
  seconds: number,
  bench: Bench,
): Promise<Figure[]> => {
  const { pagesPerSecond, changesPerPage } = load;
  const count = Math.max(10, Math.round(seconds * pagesPerSecond));
  await receiver.take();
  const loadBefore = await kind.readLoad?.();
  const usedBefore = process.cpuUsage();
  const { handedAtMs, storedAtMs } = await handOver(detecting, load, count);
  await delay(settleMs);
  const { user, system } = process.cpuUsage(usedBefore);
  const loadAfter = await kind.readLoad?.();
  const databaseLoad = loadBefore && loadAfter && loadBetween(loadBefore, loadAfter);
  const { arrivals } = await receiver.take();
  const expected = count * changesPerPage;
  if (arrivals.length !== expected) bench.note(`${arrivals.length} of ${expected} changes were heard of`);
  const since = (moments: readonly number[]) =>
    arrivals.map(({ page, atMs }) => Math.max(0, atMs - (moments[page] ?? Number.NaN)));
  const title = `${kind.name}, ${load.name}`;
  return [
    ...figuresOf(`${title}: stored → received`, since(storedAtMs), load.targets),
    ...figuresOf(`${title}: handed to the store → received`, since(handedAtMs), undefined),
    { figure: `${title}: processor time of a change, told once`, value: (user + system) / 1000 / expected, unit: 'ms' },
    ...(databaseLoad === undefined ? [] : loadFigures(title, databaseLoad, expected)),
  ];
};

const measureStore = async (
  kind: Kind,
  receiver: ReceiverProcess,
  seconds: number,
  bench: Bench,
): Promise<Figure[]> => {
  const loads: Load[] = [
    { name: '1 change a second', pagesPerSecond: 1, changesPerPage: 1 },
    { name: '100 changes a second', pagesPerSecond: 100, changesPerPage: 1, targets: kind.targets },
    { name: '1,000 changes a second, 10 to a page', pagesPerSecond: 100, changesPerPage: 10 },
  ];
  const store = await kind.openStore();
  const pages = await createPages(store, workspaces, (workspace) => `http://${receiver.host}/paged/${workspace}/`);
  const delivering = startDelivering(store, receiver.host, limits, maxDeliveries);
  const detecting = { pages, recordPage: delivering.recordPage };
  try {
    bench.say(`${kind.name}: warming up`);
    await handOver(detecting, { name: 'warm-up', pagesPerSecond: 100, changesPerPage: 1 }, warmUpPages);
    await delay(settleMs);
    const figures: Figure[] = [];
    for (const load of loads) {
      bench.say(`${kind.name}: ${load.name} for ${seconds} s`);
      figures.push(...(await measureLoad(kind, load, detecting, receiver, seconds, bench)));
    }
    return figures;
  } finally {
    await delivering.stop();
    await store.close();
  }
};

/** How long after a page of the detector was stored its changes are heard of, at several rates. */
const measureLatency = async (bench: Bench, { seconds }: { seconds: number }): Promise<Figure[]> => {
  const receiver = await startReceiverProcess();
  try {
    const path = join(bench.newFolder(), 'store.sqlite');
    const sqlite = { name: 'SQLite', openStore: async () => createSqliteStore(path), targets: { p50: 2, p99: 12 } };
    return [
      ...(await measureStore(sqlite, receiver, seconds, bench)),
      ...(await measureOnPostgres(bench, async (newSchema) => {
        const url = await newSchema('latency');
        const openStore = () => createPostgresStore(url);
        const readLoad = () => readDatabaseLoad(url);
        const kind = { name: 'PostgreSQL', openStore, readLoad, targets: { p50: 3, p99: 15 } };
        return measureStore(kind, receiver, seconds, bench);
      })),
    ];
  } finally {
    await receiver.stop();
  }
};

await runSizedBench(measureLatency, { timeLimitMs, sizes: { seconds: 20 } });
