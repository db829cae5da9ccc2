import { expect, test } from '@jest/globals';
import { createClockWatch } from '../../../webhook-server/store/clock-watch.ts';
import type { Database, Transaction } from '../../../webhook-server/store/database.ts';
import { sql } from '../../../webhook-server/store/sql.ts';
import { watchClock } from '../../../webhook-server/store/watched-database.ts';

const hourMs = 3_600_000;

/** A database that does one transaction after the other, and takes a while for each statement. */
const slowDatabase = (clocks: { nowMs: number; steadyMs: number }, statementMs: number): Database => {
  let last: Promise<unknown> = Promise.resolve();
  const pass = async () => {
    clocks.nowMs += statementMs;
    clocks.steadyMs += statementMs;
    return 0;
  };
  const run = { rows: async () => [], first: async () => undefined, change: pass };
  return {
    ...run,
    settling: { ...run, proof: sql`true` },
    transaction<Result>(work: (run: Transaction) => Promise<Result>): Promise<Result> {
      const result = last.then(() => work({ ...run, nowMs: clocks.nowMs, announce: () => {} }));
      last = result.catch(() => {});
      return result;
    },
  };
};

test('a step is adapted to once, however many transactions wait and however long that takes', async () => {
  const clocks = { nowMs: 1_000_000_000_000, steadyMs: 0 };
  const steps: number[] = [];
  const watch = createClockWatch(() => clocks.steadyMs);
  const database = watchClock(slowDatabase(clocks, 3_000), watch, (stepMs) => steps.push(stepMs));
  await database.transaction(async () => 0);
  clocks.nowMs += hourMs;
  const all = Array.from({ length: 8 }, (_, index) => database.transaction(async () => index));
  expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(steps).toEqual([hourMs]);
});

test('the first transactions adapt what an earlier start has stored once', async () => {
  const clocks = { nowMs: 1_000_000_000_000, steadyMs: 0 };
  const database = watchClock(
    slowDatabase(clocks, 1),
    createClockWatch(() => clocks.steadyMs),
    () => {},
  );
  await database.transaction(async () => 0);
  const oneMs = clocks.steadyMs;
  const others = { nowMs: 1_000_000_000_000, steadyMs: 0 };
  const fresh = watchClock(
    slowDatabase(others, 1),
    createClockWatch(() => others.steadyMs),
    () => {},
  );
  await Promise.all([1, 2, 3].map(() => fresh.transaction(async () => 0)));
  expect(others.steadyMs).toBe(oneMs);
});

test('a process that was busy, between the database’s answer and its own look, sees no step', () => {
  const clocks = { nowMs: 1_000_000_000_000, steadyMs: 0 };
  const watch = createClockWatch(() => clocks.steadyMs);
  const look = (pauseMs: number): number => {
    const markMs = watch.mark();
    const { nowMs } = clocks;
    clocks.nowMs += pauseMs;
    clocks.steadyMs += pauseMs;
    return watch.lookAt(nowMs, markMs).stepMs;
  };
  expect([0, 6_000, 0, 60_000, 0].map(look)).toEqual([0, 0, 0, 0, 0]);
  clocks.nowMs -= hourMs;
  expect(look(0)).toBe(-hourMs);
});
