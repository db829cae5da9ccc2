import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createNotifier } from '../../../webhook-server/store/postgres/notifier.ts';
import type { Topic } from '../../../webhook-server/store/work-store.ts';

/** Writes down what is notified; each statement ends when the test says how. */
const start = () => {
  const notified: (readonly Topic[])[] = [];
  const ends: { succeed: () => void; fail: () => void }[] = [];
  const pause = Promise.withResolvers<void>();
  const notifier = createNotifier(
    (topics) => {
      notified.push(topics);
      return new Promise((resolve, reject) => {
        ends.push({ succeed: resolve, fail: () => reject(new Error('The connection was lost.')) });
      });
    },
    () => pause.promise,
  );
  return { notifier, notified, ends, endPause: pause.resolve };
};

test('what is announced while a statement is under way goes with the next one, each topic once', async () => {
  const { notifier, notified, ends } = start();
  notifier.announce(['poll']);
  for (let times = 0; times < 10; times += 1) notifier.announce(['deliver', 'events']);
  expect(notified).toEqual([['poll']]);
  ends[0]?.succeed();
  await nextTurn();
  expect(notified).toEqual([['poll'], ['deliver', 'events']]);
});

test('what could not be notified is notified again after a pause, together with what came meanwhile', async () => {
  const { notifier, notified, ends, endPause } = start();
  notifier.announce(['poll']);
  ends[0]?.fail();
  await nextTurn();
  notifier.announce(['deliver']);
  expect(notified).toHaveLength(1);
  endPause();
  await nextTurn();
  expect(notified[1]?.toSorted()).toEqual(['deliver', 'poll']);
});

test('closing waits for the statement under way, and begins no other one', async () => {
  const { notifier, notified, ends } = start();
  notifier.announce(['poll']);
  notifier.announce(['deliver']);
  const closed = notifier.close();
  ends[0]?.succeed();
  await closed;
  expect(notified).toEqual([['poll']]);
});
