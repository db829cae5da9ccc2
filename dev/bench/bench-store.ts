import { join } from 'node:path';
import type { Store } from '../../webhook-server/store/store.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, medianFigure } from './harness/figure.ts';
import { measureInPairs, type Pair, ratios } from './harness/pairs.ts';
import { runBench } from './harness/run-bench.ts';
import { addHook } from './hooks-in-store.ts';
import { measureOnPostgres } from './on-postgres.ts';
import { createPostgresHistory } from './postgres-history.ts';
import { reassignAll } from './reassign-all.ts';
import { createSqliteHistory } from './sqlite-history.ts';
import { claimLimit, explainParameters, type History, type StoreWithHistory } from './store-with-history.ts';

const timeLimitMs = 9 * 60_000;
const pairs = 41;
const hooks = 5;
const tasks = 100;
const leaseMs = 45_000;

const few: History = { rows: 1_000, hooks };
const many: History = { rows: 1_000_000, hooks };

type Sample = { pageMs: number; claimMs: number };

const prepare = async (store: Store): Promise<void> => {
  for (let hook = 0; hook < hooks; hook += 1) await addHook(store, `hok_${hook}`, 'https://hooks.zapier.com/');
  await reassignAll(store, tasks, 0);
};

/** Samples one page on which every task changed, and the claims of all its deliveries. */
const createSampler = ({ store }: StoreWithHistory) => {
  let round = 0;
  return async (): Promise<Sample> => {
    round += 1;
    const startMs = performance.now();
    await reassignAll(store, tasks, round);
    const pageMs = performance.now() - startMs;
    let claims = 0;
    let claimedMs = 0;
    for (;;) {
      const claimStartMs = performance.now();
      const options = { limit: claimLimit, perHook: explainParameters.perHook, leaseMs, rateLimits: null };
      const claimed = await store.work.claimDeliveries(options);
      if (claimed.length === 0) return { pageMs, claimMs: claimedMs / claims };
      claims += 1;
      claimedMs += performance.now() - claimStartMs;
      await store.work.settle(claimed.map(({ id, lease }) => ({ id, lease, outcome: { kind: 'delivered' } })));
    }
  };
};

const figuresOf = (name: string, samples: readonly Pair<Sample>[]): Figure[] => {
  const of = (figure: string, read: (sample: Sample) => number): Figure[] => {
    const values = samples.map((pair) => ({ measured: read(pair.measured), against: read(pair.against) }));
    return [
      medianFigure({ figure, unit: '×', against: '1,000 rows of history', atMost: 1.2 }, ratios(values)),
      medianFigure(
        { figure, unit: 'ms' },
        values.map(({ measured }) => measured),
      ),
    ];
  };
  return [
    ...of(`${name}: a page of ${tasks} changes, 1,000,000 rows of history`, ({ pageMs }) => pageMs),
    ...of(`${name}: a claim, 1,000,000 rows of history`, ({ claimMs }) => claimMs),
  ];
};

const measure = async (say: Bench['say'], small: StoreWithHistory, large: StoreWithHistory): Promise<Figure[]> => {
  const [sampleSmall, sampleLarge] = [createSampler(small), createSampler(large)];
  say(`${large.name}: ${pairs} pairs`);
  await sampleSmall();
  await sampleLarge();
  const figures = figuresOf(large.name, await measureInPairs(pairs, sampleLarge, sampleSmall));
  await small.explain();
  say(`${large.name}, with 1,000,000 rows of history: ${await large.explain()}`);
  return figures;
};

const measureSqlite = async ({ say, newFolder }: Bench): Promise<Figure[]> => {
  say('SQLite: making histories of 1,000 and of 1,000,000 rows');
  const fill = (history: History) => createSqliteHistory(join(newFolder(), 'store.sqlite'), history, prepare);
  return measure(say, await fill(few), await fill(many));
};

const measurePostgres = (bench: Bench): Promise<Figure[]> =>
  measureOnPostgres(bench, async (newSchema) => {
    bench.say('PostgreSQL: making histories of 1,000 and of 1,000,000 rows');
    const fill = async (history: History) =>
      createPostgresHistory(await newSchema(`history_${history.rows}`), history, prepare);
    return measure(bench.say, await fill(few), await fill(many));
  });

await runBench(async (bench) => [...(await measureSqlite(bench)), ...(await measurePostgres(bench))], { timeLimitMs });
