import { existsSync, readFileSync } from 'node:fs';
import { alignRows } from '../bench/harness/align-rows.ts';
import type { Figure } from '../bench/harness/figure.ts';
import { readFigures } from '../bench/harness/read-figures.ts';
import { measuredCores, readCosts, type StoreName } from './costs.ts';
import { type Assumed, loadOf, shortestInterval } from './load.ts';
import { readFlags } from './read-flags.ts';

/** The sizes at which the cost of a poll was measured, and the one that is predicted from them. */
const measuredAt = { SQLite: 2_000, PostgreSQL: 3_000 } as const;
const predictedAt = 2_000;
const predictedProcesses = 2;
const mostOff = 0.2;

const sizes = [10, 100, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000];

/** Topo documents no limit for all keys of one address together, so several are shown. */
const possibleLimits = [10, 100, 1_000];

const sizeRows = (figures: readonly Figure[], store: StoreName, assumed: Assumed): string[][] => {
  const costs = readCosts(figures, store, measuredAt[store]);
  return sizes.map((workspaces) => {
    const load = loadOf(workspaces, store, costs, assumed);
    return [
      workspaces.toLocaleString('en'),
      load.pollsPerSecond.toFixed(1),
      load.deliveriesPerSecond.toFixed(1),
      load.cores.toFixed(2),
      store === 'SQLite' ? '1' : String(load.processes),
      store === 'SQLite' ? '–' : load.busyConnections.toFixed(1),
      `${load.usualLagSeconds} s / ${load.longestLagSeconds} s`,
      load.firstLimit,
    ];
  });
};

const headings = ['workspaces', 'polls/s', 'deliveries/s', 'cores', 'processes', 'connections', 'lag', 'first limit'];

const limitRows = (): string[][] =>
  sizes.map((workspaces) => [
    workspaces.toLocaleString('en'),
    ...possibleLimits.map((limit) => `${Math.ceil(shortestInterval(workspaces, limit)).toLocaleString('en')} s`),
  ]);

/** The prediction for a size against the run in which it was measured. */
const compare = (figures: readonly Figure[]): { text: string; isClose: boolean } => {
  const costs = readCosts(figures, 'PostgreSQL', measuredAt.PostgreSQL);
  const idle = { intervalSeconds: 15, idleSeconds: 15, activePercent: 100, changesADay: 0, zaps: 0 };
  const predicted = loadOf(predictedAt, 'PostgreSQL', costs, idle).cores / predictedProcesses;
  const measured = measuredCores(figures, predictedAt);
  const off = predicted / measured - 1;
  const text = `${predictedAt.toLocaleString('en')} workspaces, two processes, PostgreSQL: predicted ${predicted.toFixed(3)} cores a process, measured ${measured.toFixed(3)}: ${(100 * off).toFixed(0)} % off.`;
  return { text, isClose: Math.abs(off) <= mostOff };
};

/** @throws Error with a sentence that says how to measure when there is no such file. */
const readMeasured = (file: string): Figure[] => {
  if (!existsSync(file)) {
    throw new Error(`There is no ${file}. Measure this machine first: npm run --silent bench -- --json > ${file}`);
  }
  return readFigures(readFileSync(file, 'utf8'));
};

const assumptionsOf = ({ intervalSeconds, idleSeconds, activePercent, changesADay, zaps }: Assumed): string =>
  `Assumed: a poll every ${intervalSeconds} s, and every ${idleSeconds} s for the ${100 - activePercent} % of workspaces in which ` +
  `nothing changed lately; ${changesADay} changes on a working day in a workspace, each heard by ${zaps} Zaps. ` +
  'Deliveries, cores and connections are those of the busiest hour.';

/** Prints what is reckoned. Returns whether the prediction came close to what was measured. */
const report = (measuredFile: string, assumed: Assumed): boolean => {
  const figures = readMeasured(measuredFile);
  const { text, isClose } = compare(figures);
  process.stdout.write(
    [
      assumptionsOf(assumed),
      '',
      'SQLite',
      alignRows(headings, sizeRows(figures, 'SQLite', assumed)),
      'PostgreSQL',
      alignRows(headings, sizeRows(figures, 'PostgreSQL', assumed)),
      'The shortest interval if Topo answers so many requests a second to all workspaces together (it documents no such limit)',
      alignRows(['workspaces', ...possibleLimits.map((limit) => `${limit.toLocaleString('en')}/s`)], limitRows()),
      text,
      '',
    ].join('\n'),
  );
  return isClose;
};

const flags = readFlags(process.argv.slice(2));
try {
  if (flags.kind === 'unknown') throw new Error(flags.reason);
  if (!report(flags.measuredFile, flags.assumed)) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
