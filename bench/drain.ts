import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { forkChild } from './child.ts';
import { type Figure, medianFigure } from './figure.ts';
import { type Message, readNumber, readText } from './message.ts';
import { measureInPairs, type Pair, ratios } from './pairs.ts';
import { type ReceiverProcess, startReceiverProcess } from './receiver-process.ts';
import { runBench } from './run-bench.ts';

const longestMs = 10 * 60_000;
const pairs = 3;
const hooks = 20;
const tasks = 5_000;
const deliveries = hooks * tasks;

type Sample = { perSecond: number; peakMebibytes: number };

/** Asks a new process, of which nothing is left. */
const askNew = async (question: Message): Promise<Message> => {
  const child = forkChild('bench/drain-main.js');
  try {
    return await child.ask(question);
  } finally {
    await child.stop();
  }
};

/** Posts all of it in a process that does nothing else, and proves that all of it came. */
const take = async (receiver: ReceiverProcess, question: Message): Promise<Sample> => {
  await receiver.forget();
  const answer = await askNew({ ...question, host: receiver.host });
  const { distinct } = await receiver.take();
  if (distinct !== deliveries) throw new Error(`${distinct} of ${deliveries} deliveries came.`);
  return {
    perSecond: (deliveries / readNumber(answer, 'tookMs')) * 1000,
    peakMebibytes: readNumber(answer, 'peakBytes') / 1024 ** 2,
  };
};

const figuresOf = (samples: readonly Pair<Sample>[]): Figure[] => {
  const against = 'a bare undici loop';
  const of = (read: (sample: Sample) => number) =>
    samples.map((pair) => ({ measured: read(pair.measured), against: read(pair.against) }));
  const rates = of(({ perSecond }) => perSecond);
  const memory = of(({ peakMebibytes }) => peakMebibytes);
  const measured = (values: readonly Pair<number>[]) => values.map((pair) => pair.measured);
  const held = (values: readonly Pair<number>[]) => values.map((pair) => pair.against);
  const figure = '100,000 due deliveries';
  return [
    medianFigure({ figure, unit: '× the rate', against, atLeast: 0.25 }, ratios(rates)),
    medianFigure({ figure, unit: 'deliveries/s' }, measured(rates)),
    medianFigure({ figure: against, unit: 'posts/s' }, held(rates)),
    medianFigure({ figure, unit: '× the peak memory', against, atMost: 1.2 }, ratios(memory)),
    medianFigure({ figure, unit: 'MiB' }, measured(memory)),
    medianFigure({ figure: against, unit: 'MiB' }, held(memory)),
  ];
};

/** How fast what has piled up is delivered, and how much memory that takes, on SQLite. */
const measureDrain = async ({ newFolder, say }: Bench): Promise<Figure[]> => {
  const receiver = await startReceiverProcess();
  let body = '';
  const fill = async (): Promise<string> => {
    const path = join(newFolder(), 'store.sqlite');
    body = readText(await askNew({ kind: 'fill', path, host: receiver.host, hooks, tasks }), 'body');
    return path;
  };
  try {
    say(`drain: ${pairs} pairs`);
    const samples = await measureInPairs(
      pairs,
      async () => take(receiver, { kind: 'drain', path: await fill() }),
      () => take(receiver, { kind: 'bare', body, count: deliveries }),
    );
    return figuresOf(samples);
  } finally {
    await receiver.stop();
  }
};

await runBench(measureDrain, { longestMs });
