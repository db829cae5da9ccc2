import { measureBaseline } from './baseline-memory.ts';
import { createBench } from './bench.ts';
import { measureChangeToEvent } from './change-to-event.ts';
import { type Figure, isReached } from './figure.ts';
import { measureIdlePoll } from './idle-poll.ts';
import { printFigures } from './print-figures.ts';

const longestMs = 8 * 60_000;

const say = (text: string): void => {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

const measureAll = async (): Promise<Figure[]> => {
  const bench = createBench(say);
  return [...(await measureIdlePoll(bench)), ...(await measureChangeToEvent(bench)), ...(await measureBaseline(bench))];
};

const start = async (flags: readonly string[]): Promise<number> => {
  const unknown = flags.find((flag) => flag !== '--json');
  if (unknown !== undefined) {
    process.stderr.write(`“${unknown}” is unknown here: the only flag is --json.\n`);
    return 1;
  }
  try {
    const figures = await measureAll();
    say('done');
    process.stdout.write(printFigures(figures, { isJson: flags.includes('--json') }));
    return figures.some((figure) => isReached(figure) === false) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
setTimeout(() => {
  say('it takes too long, and ends here');
  process.exit(1);
}, longestMs).unref();

process.exitCode = await start(process.argv.slice(2));
