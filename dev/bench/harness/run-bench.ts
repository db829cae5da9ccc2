import { type Bench, createBench } from './bench.ts';
import { type Figure, isReached } from './figure.ts';
import { printFigures } from './print-figures.ts';

const say = (text: string): void => {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

const run = async (measure: (bench: Bench) => Promise<Figure[]>, flags: readonly string[]): Promise<number> => {
  const unknown = flags.find((flag) => flag !== '--json');
  if (unknown !== undefined) {
    process.stderr.write(`“${unknown}” is unknown here: the only flag is --json.\n`);
    return 1;
  }
  try {
    const isJson = flags.includes('--json');
    const conditions: string[] = [];
    const figures = await measure(createBench(say, conditions));
    say('done');
    if (!isJson && conditions.length > 0) process.stdout.write(`${conditions.join('\n')}\n\n`);
    process.stdout.write(printFigures(figures, { isJson }));
    return figures.some((figure) => isReached(figure) === false) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
};

/**
 * Runs a benchmark as a command: progress goes to stderr, the figures go to stdout, and the exit code is 1 when a target
 * was missed or the benchmark failed. Its one flag is `--json`: one object a line instead of a table.
 */
export const runBench = async (
  measure: (bench: Bench) => Promise<Figure[]>,
  { timeLimitMs }: { timeLimitMs: number },
): Promise<void> => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  setTimeout(() => {
    say('it takes too long: giving up');
    process.exit(1);
  }, timeLimitMs).unref();

  process.exitCode = await run(measure, process.argv.slice(2));
};
