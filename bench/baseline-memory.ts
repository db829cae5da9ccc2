import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { forkChild } from './child.ts';
import { type Figure, medianFigure } from './figure.ts';
import { readNumber } from './message.ts';
import { measureInPairs, type Pair, ratios } from './pairs.ts';
import { type SandboxProcess, startSandboxProcess } from './sandbox-process.ts';

const pairs = 3;
const few = 1_000;
const many = 100_000;

/**
 * A heap that Node may let grow takes what the machine has before it is cleaned up. One that is held this small shows
 * what a reading needs, and is the one that the target holds for.
 */
const heldHeap = ['--max-old-space-size=64', '--max-semi-space-size=4'];

type Sample = { peakMebibytes: number; tookMs: number; requests: number };

/** Reads a whole workspace in a process that does nothing else. */
const readForTheFirstTime = async (
  { place, countRequests }: SandboxProcess,
  folder: string,
  nodeFlags: readonly string[],
): Promise<Sample> => {
  const before = await countRequests();
  const child = forkChild('bench/baseline-main.js', { nodeFlags });
  try {
    const answer = await child.ask({ ...place, path: join(folder, 'store.sqlite') });
    return {
      peakMebibytes: readNumber(answer, 'peakBytes') / 1024 ** 2,
      tookMs: readNumber(answer, 'tookMs'),
      requests: (await countRequests()) - before,
    };
  } finally {
    await child.stop();
  }
};

/** @param target what the ratio may be at most, if there is a bound. */
const memoryFigures = (samples: readonly Pair<Sample>[], heap: string, target: Pick<Figure, 'atMost'>): Figure[] => {
  const memory = samples.map(({ measured, against }) => ({
    measured: measured.peakMebibytes,
    against: against.peakMebibytes,
  }));
  const figure = `first reading of 100,000 tasks, peak memory${heap}`;
  return [
    medianFigure({ figure, unit: '×', against: '1,000 tasks', ...target }, ratios(memory)),
    medianFigure(
      { figure, unit: 'MiB' },
      memory.map(({ measured }) => measured),
    ),
    medianFigure(
      { figure: `first reading of 1,000 tasks, peak memory${heap}`, unit: 'MiB' },
      memory.map(({ against }) => against),
    ),
  ];
};

const paceFigures = (samples: readonly Pair<Sample>[]): Figure[] => {
  const ofMany = samples.map(({ measured }) => measured);
  return [
    medianFigure(
      { figure: 'first reading of 100,000 tasks', unit: 'rows/s' },
      ofMany.map(({ tookMs }) => (many / tookMs) * 1000),
    ),
    medianFigure(
      { figure: 'first reading of 100,000 tasks', unit: 'requests' },
      ofMany.map(({ requests }) => requests),
    ),
  ];
};

const measure = async (small: SandboxProcess, large: SandboxProcess, { say, newFolder }: Bench): Promise<Figure[]> => {
  const take = (nodeFlags: readonly string[]) =>
    measureInPairs(
      pairs,
      () => readForTheFirstTime(large, newFolder(), nodeFlags),
      () => readForTheFirstTime(small, newFolder(), nodeFlags),
    );
  say(`first reading: ${pairs} pairs`);
  const free = await take([]);
  say(`first reading: ${pairs} pairs with a heap of at most 64 MB`);
  const held = await take(heldHeap);
  return [
    ...memoryFigures(free, '', {}),
    ...memoryFigures(held, ', heap up to 64 MB', { atMost: 1.2 }),
    ...paceFigures(free),
  ];
};

/** What the first reading of a large workspace costs, in the process that runs the detector. */
export const measureBaseline = async (bench: Bench): Promise<Figure[]> => {
  bench.say('first reading: making workspaces of 1,000 and of 100,000 tasks');
  const small = await startSandboxProcess(few);
  try {
    const large = await startSandboxProcess(many);
    try {
      return await measure(small, large, bench);
    } finally {
      await large.stop();
    }
  } finally {
    await small.stop();
  }
};
