import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, test } from '@jest/globals';
import { createSettlementBatcher } from '../../../webhook-server/delivery/settlement-batcher.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';
import type { Settlement, SettleOutcome } from '../../../webhook-server/store/work-store.ts';
import { startWorkLoop } from '../../../webhook-server/work-loop.ts';
import { keepLog } from '../../support/keep-log.ts';
import { startReceiver } from '../../support/receiver.ts';
import { type Clocks, startHook } from '../../support/start-hook.ts';

const clocks: Clocks = { nowMs: 0, monotonicMs: 0 };
beforeEach(() => {
  clocks.nowMs = Date.now();
});

const until = async (isTrue: () => boolean): Promise<void> => {
  for (let tries = 0; !isTrue(); tries += 1) {
    if (tries === 2_000) throw new Error('It never comes true.');
    await delay(5);
  }
};

/** A hook whose two deliveries are under way at a receiver that answers when it is told to. */
const startLoop = async () => {
  const answers: (() => void)[] = [];
  const receiver = await startReceiver((response) => answers.push(() => response.end()));
  const hook = await startHook(receiver.url, clocks);
  await hook.assign('grace');
  const onWork = (listener: () => void) => hook.store.work.onWork('deliver', listener);
  const loop = startWorkLoop({ name: 'delivery', concurrency: () => 8, ...hook.delivery, onWork }, hook.log, () =>
    performance.now(),
  );
  await until(() => answers.length === 2);
  return { hook, receiver, answers, loop };
};

test('a graceful stop finishes what is under way and begins nothing new', async () => {
  const { hook, receiver, answers, loop } = await startLoop();
  const stopped = loop.stop(10_000);
  await hook.assign('hedy');
  for (const answer of answers) answer();
  await stopped;
  expect(receiver.received).toHaveLength(2);
  const states = (await hook.deliveries()).map(({ state, attempts }) => [state, attempts]);
  expect(states).toEqual([
    ['waiting', 0],
    ['waiting', 0],
    ['delivered', 1],
    ['delivered', 1],
  ]);
});

test('what does not end within the grace period is aborted and marked ambiguous', async () => {
  const { hook, loop } = await startLoop();
  await loop.stop(0);
  expect(await hook.deliveries()).toMatchObject([
    { state: 'waiting', certainty: 'ambiguous' },
    { state: 'waiting', certainty: 'ambiguous' },
  ]);
});

test('new work begins at once, and a failing job does not end the loop', async () => {
  const { hook, receiver, answers, loop } = await startLoop();
  for (const answer of answers.splice(0)) answer();
  receiver.answer = (response) => response.end();
  await until(() => hook.log.lines.filter((line) => line.includes('"delivered"')).length === 2);
  await hook.assign('hedy');
  await until(() => receiver.received.length === 4);
  await loop.stop(10_000);
  expect((await hook.deliveries()).every(({ state }) => state === 'delivered')).toBe(true);
});

const settlement = (id: string): Settlement => ({ id, lease: 'lease', outcome: { kind: 'delivered' } });

/** A store whose disk is full for so many writes. */
const fullFor = (writes: number) => {
  const batches: string[][] = [];
  return {
    batches,
    async settle(settlements: readonly Settlement[]): Promise<SettleOutcome[]> {
      batches.push(settlements.map(({ id }) => id));
      if (batches.length <= writes) throw new StoreError('The disk is full.');
      return settlements.map(() => ({ kind: 'settled' }));
    },
  };
};

test('outcomes that come together are stored together', async () => {
  const store = fullFor(0);
  const settlements = createSettlementBatcher(store, keepLog());
  const { signal } = new AbortController();
  await Promise.all(['a', 'b', 'c'].map((id) => settlements.settle(settlement(id), signal)));
  await settlements.settle(settlement('d'), signal);
  expect(store.batches).toEqual([['a', 'b', 'c'], ['d']]);
});

test('a full batch is written at once, the rest shortly after', async () => {
  const store = fullFor(0);
  const settlements = createSettlementBatcher(store, keepLog());
  const { signal } = new AbortController();
  const ids = Array.from({ length: 100 }, (_, index) => String(index));
  const settled = ids.map((id) => settlements.settle(settlement(id), signal));
  expect(store.batches).toEqual([ids.slice(0, 64)]);
  await Promise.all(settled);
  expect(store.batches).toEqual([ids.slice(0, 64), ids.slice(64)]);
});

test('while the disk is full outcomes are kept, and nothing more is claimed', async () => {
  const store = fullFor(2);
  const settlements = createSettlementBatcher(store, keepLog());
  const { signal } = new AbortController();
  const settled = settlements.settle(settlement('a'), signal);
  await until(() => store.batches.length === 1);
  await expect(settlements.catchUp()).rejects.toThrow(StoreError);
  const later = settlements.settle(settlement('b'), signal);
  await settlements.catchUp();
  expect(await settled).toEqual({ kind: 'settled' });
  expect(await later).toEqual({ kind: 'settled' });
  expect(store.batches).toEqual([['a'], ['a'], ['a', 'b']]);
});

test('what was delivered while the disk was full is not sent again, however long it is full', async () => {
  const receiver = await startReceiver();
  const hook = await startHook(receiver.url, clocks);
  await hook.assign('grace', ['t1']);
  let isFull = true;
  const delivery = hook.startDelivery({
    ...hook.store.work,
    async settle(settlements) {
      if (isFull) throw new StoreError('The disk is full.');
      return hook.store.work.settle(settlements);
    },
  });
  const onWork = (listener: () => void) => hook.store.work.onWork('deliver', listener);
  const loop = startWorkLoop({ name: 'delivery', concurrency: () => 8, ...delivery, onWork }, hook.log, () =>
    performance.now(),
  );
  await until(() => receiver.received.length === 1);
  await until(() => hook.log.lines.some((line) => line.includes('cannot be stored')));

  clocks.nowMs += 3_600_000;
  await hook.assign('hedy', ['t2']);
  await until(() => hook.log.lines.some((line) => line.includes('the store did not answer')));
  expect(receiver.received).toHaveLength(1);
  isFull = false;
  await until(() => receiver.received.length === 2);
  await loop.stop(10_000);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(2);
  expect(await hook.deliveries()).toMatchObject([
    { state: 'delivered', attempts: 1 },
    { state: 'delivered', attempts: 1 },
  ]);
});

test('a server that stops does not wait for a disk that stays full', async () => {
  const settlements = createSettlementBatcher(fullFor(Number.POSITIVE_INFINITY), keepLog());
  await expect(settlements.settle(settlement('a'), AbortSignal.abort())).rejects.toThrow(StoreError);
});
