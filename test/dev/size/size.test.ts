import { expect, test } from '@jest/globals';
import type { Figure } from '../../../dev/bench/harness/figure.ts';
import { readCosts } from '../../../dev/size/costs.ts';
import { loadOf, shortestInterval } from '../../../dev/size/load.ts';
import { readFlags } from '../../../dev/size/read-flags.ts';

const assumed = { intervalSeconds: 19, idleSeconds: 19, activePercent: 100, changesADay: 9_600, zaps: 3 };
const costs = { pollMs: 2, changeMs: 5, deliveryMs: 1, databaseMs: { poll: 4, change: 10 } };

const figure = (name: string, value: number, unit = 'ms'): Figure => ({ figure: name, value, unit });

test('the load of workspaces is the sum of what their polls, changes and deliveries cost', () => {
  // 95 % of 19 s are 18.05 s, and 9,600 changes in 8 hours are one a second in the busiest.
  const load = loadOf(1_805, 'PostgreSQL', costs, assumed);
  expect(load.pollsPerSecond).toBeCloseTo(100, 6);
  expect(load.changesPerSecond).toBeCloseTo(1_805, 6);
  expect(load.deliveriesPerSecond).toBeCloseTo(3 * 1_805, 6);
  expect(load.cores).toBeCloseTo((100 * 2 + 1_805 * 5 + 2 * 1_805) / 1_000, 6);
  expect(load.processes).toBe(Math.ceil(load.cores / 0.6));
  expect(load.busyConnections).toBeCloseTo((100 * 4 + 1_805 * 10) / 1_000, 6);
});

test('the first limit is named: none, the one process, then the database', () => {
  const quiet = { ...assumed, changesADay: 0 };
  const limitOf = (workspaces: number, store: 'SQLite' | 'PostgreSQL') =>
    loadOf(workspaces, store, costs, quiet).firstLimit;
  expect(limitOf(100, 'SQLite')).toBe('none');
  expect(limitOf(10_000, 'SQLite')).toBe('one process on SQLite: set DATABASE_URL');
  expect(limitOf(10_000, 'PostgreSQL')).toBe('one process: run several');
  expect(limitOf(100_000, 'PostgreSQL')).toBe('one PostgreSQL: spread organizations over several');
});

test('a limit of Topo’s for all workspaces together lengthens the interval with their number', () => {
  expect(shortestInterval(950, 100)).toBeCloseTo(10, 6);
  expect(shortestInterval(9_500, 100)).toBeCloseTo(100, 6);
});

test('costs are read by the names of measured figures, and one that is missing is named', () => {
  const measured = [
    figure('SQLite, 2,000 workspaces: processor time of an idle poll', 1.5),
    figure('SQLite, 100 changes a second: processor time of a change, told once', 4),
    figure('100,000 due deliveries, SQLite', 0.4, '× the rate'),
    figure('100,000 due deliveries, SQLite', 4_000, 'deliveries/s'),
  ];
  expect(readCosts(measured, 'SQLite', 2_000)).toEqual({
    pollMs: 1.5,
    changeMs: 4,
    deliveryMs: 0.25,
    databaseMs: { poll: 0, change: 0 },
  });
  expect(() => readCosts(measured.slice(1), 'SQLite', 2_000)).toThrow(/0 measured figures are called .*idle poll/);
});

test('an unknown flag is named together with those that are known', () => {
  expect(readFlags(['--zaps=5'])).toMatchObject({ kind: 'known', assumed: { zaps: 5, intervalSeconds: 15 } });
  expect(readFlags(['--zaps=many'])).toMatchObject({
    kind: 'unknown',
    reason: expect.stringContaining('--interval=15'),
  });
  expect(readFlags(['--interval=0'])).toMatchObject({ kind: 'unknown' });
});
