import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { type JobEnd, type LendingLoop, startWorkLoop } from '../../webhook-server/work-loop.ts';
import { keepLog } from '../support/keep-log.ts';

test('jobs that end are replaced together after a rest, and new work ends the rest', async () => {
  let claims = 0;
  let announce = () => {};
  const loop = startWorkLoop(
    {
      name: 'test',
      concurrency: () => 4,
      restMs: 3_600_000,
      async claim() {
        claims += 1;
        return claims === 1 ? ['job'] : [];
      },
      async run() {
        await nextTurn();
      },
      msUntilDue: async () => 0,
      onWork(listener) {
        announce = listener;
        return () => {};
      },
    },
    keepLog(),
    () => performance.now(),
  );
  await waitUntil('the first claim was made', async () => claims === 1);
  for (let turns = 0; turns < 50; turns += 1) await nextTurn();
  expect(claims).toBe(1);
  announce();
  await waitUntil('new work was claimed', async () => claims > 1);
  await loop.stop(0);
});

/** A loop for which nothing is due; each claim takes so long. It has claimed once. */
const startIdle = async ({ claimMs = 0, ...rests }: { claimMs?: number; restMs?: number; shortRestMs?: number }) => {
  const clock = { ms: 0 };
  let claims = 0;
  let announce = () => {};
  const loop = startWorkLoop(
    {
      name: 'test',
      concurrency: () => 4,
      ...rests,
      async claim() {
        claims += 1;
        clock.ms += claimMs;
        return [];
      },
      async run() {
        await nextTurn();
      },
      msUntilDue: async () => 60_000,
      onWork(listener) {
        announce = listener;
        return () => {};
      },
    },
    keepLog(),
    () => clock.ms,
  );
  await waitUntil('the first claim was made', async () => claims === 1);
  return { loop, clock, announce: () => announce(), countClaims: () => claims };
};

test('new work that follows a claim closely is claimed together after a short rest, and later work at once', async () => {
  const { loop, clock, announce, countClaims } = await startIdle({ restMs: 3_600_000, shortRestMs: 50 });
  for (let news = 0; news < 20; news += 1) {
    announce();
    await nextTurn();
  }
  expect(countClaims()).toBe(1);
  await waitUntil('all of it was claimed', async () => countClaims() === 2);
  clock.ms += 60;
  announce();
  for (let turns = 0; turns < 20; turns += 1) await nextTurn();
  expect(countClaims()).toBe(3);
  await loop.stop(0);
});

test('after a slow claim as much time passes before the next one, even when new work comes', async () => {
  const { loop, announce, countClaims } = await startIdle({ claimMs: 200 });
  announce();
  for (let turns = 0; turns < 20; turns += 1) await nextTurn();
  expect(countClaims()).toBe(1);
  await waitUntil('new work was claimed', async () => countClaims() > 1);
  await loop.stop(0);
});

/** A loop with so many places that has looked for jobs once and found none. */
const startLending = async (places: number) => {
  let claims = 0;
  let free = places;
  let due: JobEnd[] = [];
  const ends: (() => void)[] = [];
  const loop = startWorkLoop<JobEnd>(
    {
      name: 'test',
      concurrency: () => free,
      async claim(limit) {
        claims += 1;
        return due.slice(0, limit);
      },
      run: (end) => new Promise<JobEnd>((resolve) => ends.push(() => resolve(end))),
      msUntilDue: async () => undefined,
      onWork: () => () => {},
    },
    keepLog(),
    () => performance.now(),
  );
  await waitUntil('the first claim was made', async () => claims === 1);
  await nextTurn();
  return {
    loop,
    ends,
    claims: () => claims,
    setFree(count: number) {
      free = count;
    },
    setDue(jobs: JobEnd[]) {
      due = jobs;
    },
  };
};

/** Starts these jobs on places that were lent, and answers how many places that were. */
const borrow = (loop: LendingLoop<JobEnd>, jobs: JobEnd[]): Promise<number> =>
  loop.lend(async (places) => ({ jobs, result: places }));

test('a quarter of the free places is lent, eight at most, and what is lent is not lent again', async () => {
  const { loop, setFree } = await startLending(40);
  expect(await borrow(loop, [])).toBe(8);
  setFree(16);
  const places = await loop.lend(async (outer) => ({ jobs: [], result: [outer, await borrow(loop, [])] }));
  expect(places).toEqual([4, 3]);
  await loop.stop(0);
});

test('after a borrowed job only one that may leave others due makes the loop look for them', async () => {
  const { loop, ends, claims } = await startLending(40);
  await borrow(loop, ['no other is due', 'others may be due']);
  ends[0]?.();
  for (let turns = 0; turns < 20; turns += 1) await nextTurn();
  expect(claims()).toBe(1);
  ends[1]?.();
  await waitUntil('it looked again', async () => claims() === 2);
  await loop.stop(0);
});

test('a loop that stops waits for whoever borrowed places, and for the jobs that they bring', async () => {
  const { loop, ends } = await startLending(40);
  let bring = () => {};
  const borrowed = loop.lend(async (places) => {
    await new Promise<void>((resolve) => {
      bring = resolve;
    });
    return { jobs: ['others may be due'], result: places };
  });
  let hasStopped = false;
  const stopped = loop.stop(60_000).then(() => {
    hasStopped = true;
  });
  expect(await borrow(loop, [])).toBe(0);
  for (let turns = 0; turns < 20; turns += 1) await nextTurn();
  expect(hasStopped).toBe(false);
  bring();
  expect(await borrowed).toBe(8);
  for (let turns = 0; turns < 20; turns += 1) await nextTurn();
  expect(hasStopped).toBe(false);
  ends[0]?.();
  await stopped;
});

test('while jobs may wait for places here, none is lent', async () => {
  const { loop, setFree, ends, claims, setDue } = await startLending(4);
  await borrow(loop, ['others may be due']);
  setDue(['no other is due', 'no other is due', 'no other is due', 'no other is due']);
  ends[0]?.();
  await waitUntil('every place was taken', async () => ends.length === 5);
  setFree(40);
  expect(await borrow(loop, [])).toBe(0);
  setDue([]);
  ends[1]?.();
  await waitUntil('it looked again', async () => claims() === 3);
  await nextTurn();
  expect(await borrow(loop, [])).toBe(8);
  for (const end of ends) end();
  await loop.stop(0);
});
