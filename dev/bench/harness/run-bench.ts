import { type Bench, createBench } from './bench.ts';
import { type Figure, isReached } from './figure.ts';
import { printFigures } from './print-figures.ts';

const say = (text: string): void => {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

type Sizes<Name extends string> = Record<Name, number>;

type Measure<Name extends string> = (bench: Bench, sizes: Sizes<Name>) => Promise<Figure[]>;

/** `--name=12` for each size that a benchmark has; undefined for any other flag. */
const readSize = (flag: string, names: readonly string[]): [string, number] | undefined => {
  const [, name = '', digits] = /^--([a-z-]+)=(\d{1,7})$/.exec(flag) ?? [];
  return names.includes(name) ? [name, Number(digits)] : undefined;
};

const run = async <Name extends string>(
  measure: Measure<Name>,
  usual: Sizes<Name>,
  flags: readonly string[],
): Promise<number> => {
  const sizes = { ...usual };
  for (const flag of flags) {
    const size = readSize(flag, Object.keys(usual));
    if (size !== undefined) Object.assign(sizes, Object.fromEntries([size]));
    else if (flag !== '--json') {
      const known = ['--json', ...Object.keys(usual).map((name) => `--${name}=…`)];
      process.stderr.write(`“${flag}” is unknown here. Known: ${known.join(', ')}.\n`);
      return 1;
    }
  }
  try {
    const isJson = flags.includes('--json');
    const conditions: string[] = [];
    const figures = await measure(createBench(say, conditions), sizes);
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
 * was missed or the benchmark failed. With `--json` it prints one object a line instead of a table.
 *
 * @param sizes how much is measured; a flag such as `--workspaces=100` changes the size of that name.
 */
export const runSizedBench = async <Name extends string>(
  measure: Measure<Name>,
  { timeLimitMs, sizes }: { timeLimitMs: number; sizes: Sizes<Name> },
): Promise<void> => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  setTimeout(() => {
    say('it takes too long: giving up');
    process.exit(1);
  }, timeLimitMs).unref();

  process.exitCode = await run(measure, sizes, process.argv.slice(2));
};

/** The same for a benchmark whose one flag is `--json`. */
export const runBench = (
  measure: (bench: Bench) => Promise<Figure[]>,
  { timeLimitMs }: { timeLimitMs: number },
): Promise<void> => runSizedBench<never>(measure, { timeLimitMs, sizes: {} });
