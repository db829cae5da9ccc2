import { type Bench, createBench } from './bench.ts';
import { type Figure, isReached } from './figure.ts';
import { printFigures } from './print-figures.ts';

const say = (text: string): void => {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

const run = async (flags: readonly string[], measure: (bench: Bench) => Promise<Figure[]>): Promise<number> => {
  const unknown = flags.find((flag) => flag !== '--json');
  if (unknown !== undefined) {
    process.stderr.write(`“${unknown}” is unknown here: the only flag is --json.\n`);
    return 1;
  }
  try {
    const figures = await measure(createBench(say));
    say('done');
    process.stdout.write(printFigures(figures, { isJson: flags.includes('--json') }));
    return figures.some((figure) => isReached(figure) === false) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
};

/**
 * Runs a benchmark as a program: prints its figures, as a table or with `--json` one a line, and ends with 1 when a target
 * was missed, something went wrong or it took longer than `longestMs`.
 */
export const runBench = async (measure: (bench: Bench) => Promise<Figure[]>, longestMs: number): Promise<void> => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  setTimeout(() => {
    say('it takes too long, and ends here');
    process.exit(1);
  }, longestMs).unref();
  process.exitCode = await run(process.argv.slice(2), measure);
};
