import { beforeEach, expect, test } from '@jest/globals';
import { createMetrics } from '../../../webhook-server/metrics/create-metrics.ts';
import { readExposition } from '../../support/read-exposition.ts';
import { startReceiver } from '../../support/receiver.ts';
import { type Clocks, startHook } from '../../support/start-hook.ts';
import { watchWorkspace } from '../../support/watch-workspace.ts';

const startMs = Date.parse('2026-03-02T09:00:00Z');
let clocks: Clocks;
beforeEach(() => {
  clocks = { nowMs: startMs, monotonicMs: 0 };
});

const measure = (figures: Parameters<typeof createMetrics>[0]['figures']) => {
  const metrics = createMetrics({
    build: { version: '0.0.0', store: 'sqlite' },
    loops: () => ({}),
    figures,
    wait: () => new Promise(() => {}),
    monotonicClock: () => clocks.monotonicMs,
  });
  const read = async () => {
    // What the database said last is old by now.
    clocks.monotonicMs += 60_000;
    const { figure } = readExposition((await metrics.scrape()).text);
    return (name: string, labels?: Record<string, string>) => figure(`topo_zapier_${name}`, labels);
  };
  return { counts: metrics.counts, read };
};

test('deliveries that fail until they are given up are counted as the store has them', async () => {
  const receiver = await startReceiver((response) => response.writeHead(500).end());
  const hook = await startHook(receiver.url, clocks);
  const { counts, read } = measure(hook.store.work.figures);
  const delivery = hook.startDelivery(hook.store.work, counts.delivery);
  await hook.assign('grace');
  await hook.deliver(delivery);
  const waiting = await read();
  expect(waiting('deliveries_waiting')).toBe(2);
  expect(waiting('hooks', { state: 'failing' })).toBe(1);

  for (let dueInMs: number | undefined = 0; dueInMs !== undefined; dueInMs = await delivery.msUntilDue()) {
    clocks.nowMs += dueInMs;
    await hook.deliver(delivery);
  }
  const ended = await read();
  const deliveries = await hook.deliveries();
  const inState = (state: string) => deliveries.filter((each) => each.state === state).length;
  expect(inState('dead')).toBeGreaterThan(0);
  expect(ended('deliveries_given_up_total')).toBe(inState('dead'));
  expect(ended('deliveries_waiting')).toBe(inState('waiting'));
  const posts = receiver.received.filter(({ method }) => method === 'POST');
  expect(ended('delivery_attempts_total', { status: '5xx' })).toBe(posts.length);
  expect(ended('deliveries_delivered_total')).toBe(0);
  expect(ended('hooks', { state: 'ended' })).toBe(1);
});

test.each([
  [204, '2xx'],
  [302, '3xx'],
  [404, '4xx'],
  [410, '410'],
  [429, '429'],
  [503, '5xx'],
])('an attempt that is answered with %d counts as %s', async (status, expected) => {
  const receiver = await startReceiver((response) => response.writeHead(status).end());
  const hook = await startHook(receiver.url, clocks);
  const { counts, read } = measure(hook.store.work.figures);
  await hook.assign('grace', ['t1']);
  await hook.deliver(hook.startDelivery(hook.store.work, counts.delivery));
  expect((await read())('delivery_attempts_total', { status: expected })).toBe(1);
});

test('an attempt that nobody answers counts, too', async () => {
  const hook = await startHook('http://127.0.0.1:1', clocks);
  const { counts, read } = measure(hook.store.work.figures);
  await hook.assign('grace', ['t1']);
  await hook.deliver(hook.startDelivery(hook.store.work, counts.delivery));
  expect((await read())('delivery_attempts_total', { status: 'none' })).toBe(1);
});

test('the time from detection to delivery is measured, and not that of a delivery by hand', async () => {
  const hook = await startHook((await startReceiver()).url, clocks);
  const { counts, read } = measure(hook.store.work.figures);
  const delivery = hook.startDelivery(hook.store.work, counts.delivery);
  await hook.assign('grace', ['t1']);
  clocks.nowMs += 4_000;
  await hook.deliver(delivery);
  const sent = await read();
  expect(sent('delivery_delay_seconds_sum')).toBe(4);
  const [delivered] = await hook.deliveries();
  await hook.tenant.retryDelivery(delivered?.id ?? '');
  clocks.nowMs += 3_600_000;
  await hook.deliver(delivery);
  const again = await read();
  expect(again('deliveries_delivered_total')).toBe(2);
  expect(again('delivery_delay_seconds_count')).toBe(1);
});

test('polls are counted by result, events by type and kind, with the delay of the change', async () => {
  const at = await watchWorkspace({ taskCount: 3, counts: () => detector });
  const { counts, read } = measure(() => at.store.work.figures());
  const { detector } = counts;
  await at.subscribe();
  await at.listen();
  const quiet = (await read())('polls_total', { result: 'ok' }) ?? 0;
  const [person] = at.workspace.people;
  const task = at.sandbox.createTask({ assignee_user_id: null });
  at.sandbox.reassign(task.id, person?.userId ?? null);
  at.passTime(15_000);
  await at.poll();
  const found = await read();
  expect(found('polls_total', { result: 'ok' })).toBe(quiet + 1);
  expect(found('events_detected_total', { type: 'task.created', kind: 'created' })).toBe(1);
  expect(found('detection_delay_seconds_sum')).toBeCloseTo(15, 1);
  expect(found('request_budget_used_ratio_count')).toBe(quiet + 1);

  for (const [fault, result] of [
    [{ kind: 'status', status: 500 }, 'failed'],
    [{ kind: 'rate limit' }, 'limited'],
  ] as const) {
    at.sandbox.injectFault(fault);
    at.passTime(120_000);
    await at.poll();
    expect([result, (await read())('polls_total', { result })]).toEqual([result, 1]);
  }
  at.sandbox.revokeKey(at.workspace.keys.full);
  at.passTime(4_000_000);
  await at.poll();
  const refused = await read();
  expect(refused('polls_total', { result: 'key_refused' })).toBe(1);
  expect(refused('workspaces_key_refused')).toBe(1);
  await at.close();
});
