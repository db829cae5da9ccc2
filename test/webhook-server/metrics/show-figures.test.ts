import { expect, test } from '@jest/globals';
import { createMetrics } from '../../../webhook-server/metrics/create-metrics.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';
import type { Figures } from '../../../webhook-server/store/work-store.ts';
import { readExposition } from '../../support/read-exposition.ts';

const some: Figures = {
  watchedWorkspaces: 3,
  refusedKeys: 1,
  oldestReadingMs: 12_500,
  waitingDeliveries: 7,
  oldestWaitingMs: 1_500,
  hooks: { active: 4, failing: 2, ended: 1 },
  longestFailingMs: 60_000,
};

/** Metrics over a database that answers what the test wants, with a clock that the test moves. */
const begin = (figures: () => Promise<Figures>) => {
  const at = { nowMs: 0, asked: 0, waited: [] as number[], figures };
  const metrics = createMetrics({
    build: { version: '1.2.3', store: 'postgres' },
    loops: () => ({ detector: true, delivery: false }),
    figures: () => {
      at.asked += 1;
      return at.figures();
    },
    // So long passes as soon as nothing else is left to do.
    wait: async (ms) => {
      at.waited.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
    monotonicClock: () => at.nowMs,
  });
  const scrape = async () => readExposition((await metrics.scrape()).text);
  return Object.assign(at, { scrape });
};

const shown = [
  'deliveries_waiting',
  'longest_failing_hook_seconds',
  'oldest_reading_age_seconds',
  'oldest_waiting_delivery_age_seconds',
  'workspaces_key_refused',
  'workspaces_watched',
].map((name) => `topo_zapier_${name}`);

test('what the database says is shown in seconds and by state', async () => {
  const { scrape } = begin(async () => some);
  const { figure } = await scrape();
  expect(shown.map((name) => figure(name))).toEqual([7, 60, 12.5, 1.5, 1, 3]);
  expect(['active', 'failing', 'ended'].map((state) => figure('topo_zapier_hooks', { state }))).toEqual([4, 2, 1]);
  expect(figure('topo_zapier_store_up')).toBe(1);
  expect(figure('topo_zapier_build_info', { version: '1.2.3', store: 'postgres' })).toBe(1);
  expect(['detector', 'delivery'].map((loop) => figure('topo_zapier_loop_up', { loop }))).toEqual([1, 0]);
});

test('the database is asked once in five seconds, whoever scrapes', async () => {
  const at = begin(async () => some);
  await Promise.all([at.scrape(), at.scrape(), at.scrape()]);
  at.nowMs += 4_999;
  await at.scrape();
  expect(at.asked).toBe(1);
  at.nowMs += 1;
  at.figures = async () => ({ ...some, waitingDeliveries: 8 });
  expect((await at.scrape()).figure('topo_zapier_deliveries_waiting')).toBe(8);
  expect(at.asked).toBe(2);
});

test('a database that fails leaves out what it would say, and nothing else', async () => {
  const at = begin(async () => some);
  await at.scrape();
  at.nowMs += 5_000;
  at.figures = async () => {
    throw new StoreError('Nothing answers.');
  };
  const failed = await at.scrape();
  expect(failed.samples.filter(({ name }) => shown.includes(name) || name === 'topo_zapier_hooks')).toEqual([]);
  expect(failed.figure('topo_zapier_store_up')).toBe(0);
  expect(failed.figure('topo_zapier_polls_total', { result: 'ok' })).toBe(0);
  at.nowMs += 5_000;
  at.figures = async () => some;
  expect((await at.scrape()).figure('topo_zapier_workspaces_watched')).toBe(3);
});

test('a database that hangs keeps a scrape two seconds, is asked no second time, and may answer late', async () => {
  const { promise, resolve } = Promise.withResolvers<Figures>();
  const at = begin(() => promise);
  for (let scrapes = 0; scrapes < 3; scrapes += 1) {
    const hanging = await at.scrape();
    expect(hanging.figure('topo_zapier_store_up')).toBe(0);
    expect(hanging.figure('topo_zapier_deliveries_waiting')).toBeUndefined();
    at.nowMs += 5_000;
  }
  expect(at.waited).toEqual([2_000, 2_000, 2_000]);
  expect(at.asked).toBe(1);
  resolve(some);
  const answered = await at.scrape();
  expect(answered.figure('topo_zapier_store_up')).toBe(1);
  expect(answered.figure('topo_zapier_deliveries_waiting')).toBe(7);
});
