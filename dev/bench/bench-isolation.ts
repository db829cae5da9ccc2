import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { maxDeliveries } from '../../webhook-server/delivery/concurrency-ramp.ts';
import { zapierLimits } from '../../webhook-server/delivery/zapier-limits.ts';
import { testEvent } from '../../webhook-server/http/test-event.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import type { TestEvent } from '../../webhook-server/store/tenant-store.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, medianFigure, percentile } from './harness/figure.ts';
import { measureInPairs, type Pair, ratios } from './harness/pairs.ts';
import { runBench } from './harness/run-bench.ts';
import { addHook, organizationId } from './hooks-in-store.ts';
import { type ReceiverProcess, startReceiverProcess } from './receiver-process.ts';
import { startDelivering } from './start-delivering.ts';

const timeLimitMs = 8 * 60_000;
const pairs = 9;
const healthyHooks = 15;
const hangingHooks = 5;

/** Each turn sends an event to one healthy hook, and every third turn one to a hanging hook. */
const turnMs = 10;

/** Not counted: until then every connection is open, and the hanging hooks hang. */
const warmUpTurns = 50;
const turns = 400;

/** How long the last events may take to arrive. */
const settleMs = 500;

type Sample = { p50: number; p99: number };

const newEvent = (): TestEvent => {
  const event = testEvent('task.reassigned', {}, Date.now());
  return { eventId: event.id, body: JSON.stringify(event) };
};

const addHooks = async (store: Store, { host }: ReceiverProcess, kind: 'hangs' | 'timed', count: number) => {
  const ids = Array.from({ length: count }, (_, index) => `${kind}-${index}`);
  for (const id of ids) await addHook(store, id, `http://${host}/${kind}/${id}`);
  return ids;
};

/** Sends events to hooks in turn, and returns the latency of the healthy ones. */
const sample = async (receiver: ReceiverProcess, folder: string, hangingCount: number): Promise<Sample> => {
  const store = createSqliteStore(join(folder, 'store.sqlite'));
  const tenant = store.tenant(organizationId);
  const hanging = await addHooks(store, receiver, 'hangs', hangingCount);
  const healthy = await addHooks(store, receiver, 'timed', healthyHooks);
  const delivering = startDelivering(store, receiver.host, zapierLimits, maxDeliveries);
  try {
    for (let turn = 0; turn < warmUpTurns + turns; turn += 1) {
      if (turn === warmUpTurns) await receiver.take();
      const hung = turn % 3 === 0 ? hanging[(turn / 3) % hangingCount] : undefined;
      if (hung !== undefined) await tenant.sendTest(hung, newEvent());
      await tenant.sendTest(healthy[turn % healthyHooks] ?? '', newEvent());
      await delay(turnMs);
    }
    await delay(settleMs);
    const { latenciesMs } = await receiver.take();
    if (latenciesMs.length < turns) throw new Error('The healthy hooks did not hear everything.');
    return { p50: percentile(latenciesMs, 50), p99: percentile(latenciesMs, 99) };
  } finally {
    await delivering.stop();
    await store.close();
  }
};

const figuresOf = (samples: readonly Pair<Sample>[]): Figure[] => {
  const against = 'without the hanging five';
  const p99 = samples.map(({ measured, against }) => ({ measured: measured.p99, against: against.p99 }));
  const title = 'accepted → received by a healthy hook';
  return [
    medianFigure({ figure: `${title}, p99, 5 of 20 hang`, unit: '×', against, atMost: 1.2 }, ratios(p99)),
    medianFigure(
      { figure: `${title}, p99, 5 of 20 hang`, unit: 'ms' },
      p99.map(({ measured }) => measured),
    ),
    medianFigure(
      { figure: `${title}, p99, ${against}`, unit: 'ms' },
      p99.map(({ against }) => against),
    ),
    medianFigure(
      { figure: `${title}, p50, 5 of 20 hang`, unit: 'ms' },
      samples.map(({ measured }) => measured.p50),
    ),
    medianFigure(
      { figure: `${title}, p50, ${against}`, unit: 'ms' },
      samples.map(({ against }) => against.p50),
    ),
  ];
};

/** How much longer healthy hooks wait because others hang: all at one host, served by one delivery loop. */
const measureIsolation = async ({ newFolder, say }: Bench): Promise<Figure[]> => {
  const receiver = await startReceiverProcess();
  try {
    say(`isolation: ${pairs} pairs`);
    const samples = await measureInPairs(
      pairs,
      () => sample(receiver, newFolder(), hangingHooks),
      () => sample(receiver, newFolder(), 0),
    );
    return figuresOf(samples);
  } finally {
    await receiver.stop();
  }
};

await runBench(measureIsolation, { timeLimitMs });
