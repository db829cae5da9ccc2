import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { builtFile } from '../local-server/built-file.ts';
import type { Bench } from './harness/bench.ts';
import type { Figure } from './harness/figure.ts';
import { readFigures } from './harness/read-figures.ts';
import { runBench } from './harness/run-bench.ts';

const timeLimitMs = 80 * 60_000;

/** In this order, one after the other: two at once would measure each other. */
const parts = [
  'polling',
  'burst',
  'latency',
  'intents',
  'neighbours',
  'drain',
  'isolation',
  'detector',
  'store',
  'pages',
] as const;

/** Runs one benchmark as the command of its own that it is. Its progress is shown as it comes. */
const measurePart = async (part: string, { say, atExit }: Bench): Promise<Figure[]> => {
  say(`${part} begins`);
  const child = spawn(process.execPath, [fileURLToPath(builtFile(`dev/bench/bench-${part}.js`)), '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  atExit(() => child.kill());
  const figures = readFigures(await text(child.stdout));
  if (figures.length > 0) return figures;
  // What else was measured in this time is not given up for it.
  return [{ figure: `the benchmark “${part}” ended without a figure`, value: 0, unit: 'figures', atLeast: 1 }];
};

/** Everything that is said of this server's speed, measured one after the other on this machine. */
const measureAll = async (bench: Bench): Promise<Figure[]> => {
  const figures: Figure[] = [];
  for (const part of parts) figures.push(...(await measurePart(part, bench)));
  return figures;
};

await runBench(measureAll, { timeLimitMs });
