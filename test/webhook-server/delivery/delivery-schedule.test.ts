import { beforeEach, expect, test } from '@jest/globals';
import { rampUp } from '../../../webhook-server/delivery/concurrency-ramp.ts';
import type { Transport } from '../../../webhook-server/delivery/transport.ts';
import { startReceiver } from '../../support/receiver.ts';
import { type Clocks, startHook } from '../../support/start-hook.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

const clocks: Clocks = { nowMs: 0, monotonicMs: 0 };
beforeEach(() => {
  clocks.nowMs = Date.parse('2026-03-02T09:00:00Z');
});

type Hook = Awaited<ReturnType<typeof startHook>>;

/** Lets the time pass from one due delivery to the next until nothing waits; answers when something was sent. */
const runUntilNothingWaits = async (hook: Hook, most = 100): Promise<number[]> => {
  const startMs = clocks.nowMs;
  const times: number[] = [];
  for (let turns = 0; turns < most; turns += 1) {
    const dueInMs = await hook.delivery.msUntilDue();
    if (dueInMs === undefined) return times;
    clocks.nowMs += dueInMs;
    const sent = await hook.deliver();
    for (let one = 0; one < sent; one += 1) times.push(clocks.nowMs - startMs);
  }
  throw new Error('It never ends.');
};

/** The most times within any second, the second itself left out. */
const mostInASecond = (times: readonly number[]): number =>
  Math.max(...times.map((time) => times.filter((other) => other >= time && other < time + secondMs).length));

test('a failing delivery is retried for three days, ever more rarely, and then dead', async () => {
  const receiver = await startReceiver((response) => response.writeHead(500).end());
  const hook = await startHook(receiver.url, clocks);
  await hook.assign('grace', ['t1']);
  const waits = [
    0,
    5 * secondMs,
    30 * secondMs,
    2 * minuteMs,
    10 * minuteMs,
    hourMs,
    3 * hourMs,
    6 * hourMs,
    ...Array.from({ length: 5 }, () => 12 * hourMs),
  ];
  let at = 0;
  const expected = waits.map((wait) => {
    at += wait;
    return at;
  });
  expect(await runUntilNothingWaits(hook)).toEqual(expected);
  expect(at).toBeGreaterThan(70 * hourMs);
  const [delivery] = await hook.deliveries();
  expect(delivery).toMatchObject({ state: 'dead', attempts: 13, certainty: 'refused' });
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids)).toEqual(new Set([delivery?.id]));
  const times = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
  expect(times.map((time) => (time - (times[0] ?? 0)) * secondMs)).toEqual(expected);
});

test('a failing hook gets no more attempts because it has more deliveries', async () => {
  const receiver = await startReceiver((response) => response.writeHead(503).end());
  const hook = await startHook(receiver.url, clocks);
  const taskIds = Array.from({ length: 50 }, (_, index) => `task-${index}`);
  await hook.assign('ada', taskIds);
  await hook.assign('grace', taskIds);
  await runUntilNothingWaits(hook);
  // The first burst, and then one attempt after each wait.
  expect(receiver.received.filter(({ method }) => method === 'POST')).toHaveLength(4 + 13);
  expect((await hook.tenant.hooks())[0]?.ended?.reason).toBe('failing');
  expect(receiver.received.filter(({ method }) => method === 'DELETE')).toHaveLength(24);
});

test('a hook that recovers gets everything, each sequence in order, nothing twice', async () => {
  let isDown = true;
  const receiver = await startReceiver((response) => response.writeHead(isDown ? 500 : 200).end());
  const hook = await startHook(receiver.url, clocks);
  for (const person of ['grace', 'hedy', 'joan', 'ada', 'grace']) await hook.assign(person);
  await hook.deliver();
  clocks.nowMs += 5 * secondMs;
  await hook.deliver();
  isDown = false;
  const before = receiver.received.length;
  await runUntilNothingWaits(hook);
  const told = receiver.received.slice(before).map(({ body }) => JSON.parse(body));
  for (const taskId of ['t1', 't2']) {
    const people = told.filter(({ task }) => task.id === taskId).map((event) => event.new_assignee.user_id);
    expect(people).toEqual(['grace', 'hedy', 'joan', 'ada', 'grace']);
  }
  expect((await hook.deliveries()).every(({ state }) => state === 'delivered')).toBe(true);
});

test('every delivery of a hook waits for a Retry-After of an hour, to the second', async () => {
  const receiver = await startReceiver((response) => response.writeHead(429, { 'retry-after': '3600' }).end());
  const hook = await startHook(receiver.url, clocks);
  await hook.assign('grace', ['t1']);
  await hook.deliver();
  await hook.assign('grace', ['t2']);
  expect(await hook.delivery.msUntilDue()).toBe(hourMs - 1);
  clocks.nowMs += hourMs - 2;
  expect(await hook.deliver()).toBe(0);
  clocks.nowMs += 1;
  expect(await hook.deliver()).toBe(1);
});

test.each(['604800', '99999999999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
  'a Retry-After of %s puts the hook off for 12 hours, and no delivery is given up for it',
  async (retryAfter) => {
    let isDown = true;
    const receiver = await startReceiver((response) =>
      isDown ? response.writeHead(429, { 'retry-after': retryAfter }).end() : response.end(),
    );
    const hook = await startHook(receiver.url, clocks);
    await hook.assign('grace', ['t1']);
    await hook.deliver();
    expect(await hook.deliveries()).toMatchObject([{ state: 'waiting' }]);
    await hook.assign('grace', ['t2']);
    expect(await hook.delivery.msUntilDue()).toBe(12 * hourMs - 1);
    isDown = false;
    await runUntilNothingWaits(hook);
    expect((await hook.deliveries()).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
  },
);

test('a target that always asks for a year is tried every 12 hours until the horizon', async () => {
  const receiver = await startReceiver((response) => response.writeHead(429, { 'retry-after': '31536000' }).end());
  const hook = await startHook(receiver.url, clocks);
  await hook.assign('grace', ['t1']);
  await runUntilNothingWaits(hook);
  const posts = receiver.received.filter(({ method }) => method === 'POST');
  const times = posts.map(({ headers }) => Number(headers['webhook-timestamp']) * secondMs);
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual(
    [0, 12, 24, 36, 48, 60, 72].map((hours) => hours * hourMs),
  );
  expect(await hook.deliveries()).toMatchObject([{ state: 'dead', attempts: 7 }]);
});

test.each(['0', '0.001', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
  'a Retry-After of %s is followed by one attempt every 5 seconds and no more',
  async (retryAfter) => {
    const receiver = await startReceiver((response) => response.writeHead(429, { 'retry-after': retryAfter }).end());
    const hook = await startHook(receiver.url, clocks);
    await hook.assign('grace', ['t1']);
    await hook.deliver();
    for (let attempts = 1; attempts < 6; attempts += 1) {
      expect(await hook.delivery.msUntilDue()).toBe(5 * secondMs);
      clocks.nowMs += 5 * secondMs;
      expect(await hook.deliver()).toBe(1);
    }
  },
);

test('a target that never answers leaves its deliveries marked ambiguous', async () => {
  const silent: Transport = {
    post: async () => ({ kind: 'no answer', reason: 'the target did not answer' }),
    delete: async () => ({ kind: 'no answer', reason: 'the target did not answer' }),
    close: async () => {},
  };
  const hook = await startHook('https://hooks.zapier.com/1', clocks, { transport: silent });
  await hook.assign('grace', ['t1']);
  await runUntilNothingWaits(hook);
  expect(await hook.deliveries()).toMatchObject([{ state: 'dead', certainty: 'ambiguous', attempts: 13 }]);
});

test('two processes together keep to a hook’s pace, however much is waiting', async () => {
  const times: number[] = [];
  const receiver = await startReceiver((response) => {
    times.push(clocks.nowMs);
    response.end();
  });
  const hook = await startHook(receiver.url, clocks);
  const other = hook.startDelivery();
  const taskIds = Array.from({ length: 100 }, (_, index) => `task-${index}`);
  await hook.assign('ada', taskIds);
  await hook.assign('grace', taskIds);
  const startMs = clocks.nowMs;
  while (times.length < 100) {
    await Promise.all([hook.deliver(), hook.deliver(other)]);
    clocks.nowMs += 10;
  }
  expect(mostInASecond(times)).toBeLessThanOrEqual(25);
  expect(clocks.nowMs - startMs).toBeLessThan(5_500);
  expect(receiver.received).toHaveLength(100);
});

test('under a storm of 429s two processes never exceed the pace, although new bursts keep coming', async () => {
  const times: number[] = [];
  const receiver = await startReceiver((response) => {
    times.push(clocks.nowMs);
    response.writeHead(429).end();
  });
  const hook = await startHook(receiver.url, clocks);
  const other = hook.startDelivery();
  const taskIds = Array.from({ length: 40 }, (_, index) => `task-${index}`);
  await hook.assign('ada', taskIds);
  for (const person of ['grace', 'hedy', 'joan']) {
    await hook.assign(person, taskIds);
    for (let steps = 0; steps < 200; steps += 1) {
      await Promise.all([hook.deliver(), hook.deliver(other)]);
      clocks.nowMs += 50;
    }
  }
  expect(mostInASecond(times)).toBeLessThanOrEqual(25);
  expect(times.length).toBeLessThan(20);
});

test('after a restart concurrency grows step by step', () => {
  const concurrency = [0, 999, 1_000, 2_000, 3_000, 4_000, 5_000, 3_600_000].map(rampUp);
  expect(concurrency).toEqual([8, 8, 16, 32, 64, 128, 256, 256]);
});
