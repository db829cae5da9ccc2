import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { startWorkLoop } from '../../webhook-server/work-loop.ts';
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
      run: () => nextTurn(),
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

test('after a slow claim as much time passes before the next one, even when new work comes', async () => {
  let clockMs = 0;
  let claims = 0;
  let announce = () => {};
  const loop = startWorkLoop(
    {
      name: 'test',
      concurrency: () => 4,
      async claim() {
        claims += 1;
        clockMs += 200;
        return [];
      },
      run: () => nextTurn(),
      msUntilDue: async () => 60_000,
      onWork(listener) {
        announce = listener;
        return () => {};
      },
    },
    keepLog(),
    () => clockMs,
  );
  await waitUntil('the first claim was made', async () => claims === 1);
  announce();
  for (let turns = 0; turns < 20; turns += 1) await nextTurn();
  expect(claims).toBe(1);
  await waitUntil('new work was claimed', async () => claims > 1);
  await loop.stop(0);
});
