import { join } from 'node:path';
import type { Bench } from './harness/bench.ts';
import { type Figure, medianFigure } from './harness/figure.ts';
import { forkChild } from './harness/fork-child.ts';
import { type IpcMessage, readNumber, readText } from './harness/message.ts';
import { measureInPairs, type Pair, ratios } from './harness/pairs.ts';
import { runSizedBench } from './harness/run-bench.ts';
import { measureOnPostgres } from './on-postgres.ts';
import { type ReceiverProcess, startReceiverProcess } from './receiver-process.ts';

const timeLimitMs = 20 * 60_000;
const hooks = 20;

/** Each hook has a delivery for each task. */
type Sizes = { tasks: number; pairs: number };

type Sample = { perSecond: number; peakMebibytes: number };

/** Asks a fresh process, which then ends. */
const askFreshProcess = async (question: IpcMessage): Promise<IpcMessage> => {
  const child = forkChild('dev/bench/drain-main.js');
  try {
    return await child.ask(question);
  } finally {
    await child.stop();
  }
};

/** Posts everything from a process of its own, and checks that everything arrived. */
const sample = async (receiver: ReceiverProcess, deliveries: number, question: IpcMessage): Promise<Sample> => {
  await receiver.forget();
  const answer = await askFreshProcess({ ...question, host: receiver.host });
  const { distinct } = await receiver.take();
  if (distinct !== deliveries) throw new Error(`${distinct} of ${deliveries} deliveries arrived.`);
  return {
    perSecond: (deliveries / readNumber(answer, 'tookMs')) * 1000,
    peakMebibytes: readNumber(answer, 'peakBytes') / 1024 ** 2,
  };
};

/** @param atLeast the target, as a fraction of the bare loop's rate. */
const figuresOf = (title: string, atLeast: number, samples: readonly Pair<Sample>[]): Figure[] => {
  const against = 'a bare undici loop';
  const of = (read: (sample: Sample) => number) =>
    samples.map((pair) => ({ measured: read(pair.measured), against: read(pair.against) }));
  const rates = of(({ perSecond }) => perSecond);
  const memory = of(({ peakMebibytes }) => peakMebibytes);
  const measured = (values: readonly Pair<number>[]) => values.map((pair) => pair.measured);
  const held = (values: readonly Pair<number>[]) => values.map((pair) => pair.against);
  const figure = title;
  return [
    medianFigure({ figure, unit: '× the rate', against, atLeast }, ratios(rates)),
    medianFigure({ figure, unit: 'deliveries/s' }, measured(rates)),
    medianFigure({ figure: against, unit: 'posts/s' }, held(rates)),
    medianFigure({ figure, unit: '× the peak memory', against, atMost: 1.2 }, ratios(memory)),
    medianFigure({ figure, unit: 'MiB' }, measured(memory)),
    medianFigure({ figure: against, unit: 'MiB' }, held(memory)),
  ];
};

type Kind = {
  name: string;
  atLeast: number;
  /** Returns the place of a new store: a file, or the address of a database. */
  newPlace: () => Promise<string>;
};

const measureOn = async (
  { name, atLeast, newPlace }: Kind,
  receiver: ReceiverProcess,
  { tasks, pairs }: Sizes,
  say: Bench['say'],
): Promise<Figure[]> => {
  const deliveries = hooks * tasks;
  let body = '';
  const fill = async (): Promise<string> => {
    const place = await newPlace();
    body = readText(await askFreshProcess({ kind: 'fill', place, host: receiver.host, hooks, tasks }), 'body');
    return place;
  };
  say(`drain, ${name}: ${pairs} pairs`);
  const samples = await measureInPairs(
    pairs,
    async () => sample(receiver, deliveries, { kind: 'drain', place: await fill(), count: deliveries }),
    () => sample(receiver, deliveries, { kind: 'bare', body, count: deliveries }),
  );
  return figuresOf(`${deliveries.toLocaleString('en')} due deliveries, ${name}`, atLeast, samples);
};

const measurePostgresStore = (receiver: ReceiverProcess, sizes: Sizes, bench: Bench): Promise<Figure[]> =>
  measureOnPostgres(bench, (newSchema) => {
    let schemas = 0;
    const newPlace = () => {
      schemas += 1;
      return newSchema(`drain_${schemas}`);
    };
    return measureOn({ name: 'PostgreSQL', atLeast: 0.28, newPlace }, receiver, sizes, bench.say);
  });

/** How fast a backlog is delivered, and how much memory that takes. */
const measureDrain = async (bench: Bench, sizes: Sizes): Promise<Figure[]> => {
  const receiver = await startReceiverProcess();
  const newPlace = async () => join(bench.newFolder(), 'store.sqlite');
  try {
    return [
      ...(await measureOn({ name: 'SQLite', atLeast: 0.48, newPlace }, receiver, sizes, bench.say)),
      ...(await measurePostgresStore(receiver, sizes, bench)),
    ];
  } finally {
    await receiver.stop();
  }
};

await runSizedBench(measureDrain, { timeLimitMs, sizes: { tasks: 5_000, pairs: 7 } });
