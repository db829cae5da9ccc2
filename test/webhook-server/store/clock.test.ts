import { expect, test } from '@jest/globals';
import type { Store } from '../../../webhook-server/store/store.ts';
import type { DeliveryOutcome, Retention } from '../../../webhook-server/store/work-store.ts';
import { everyStore, type Ground } from '../../support/every-store.ts';
import { newHook, seen } from '../../support/store-contract/store-bench.ts';

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;
const startMs = Date.parse('2026-01-05T09:00:00Z');
const leaseMs = 60 * secondMs;
const sending = { limit: 10, perHook: 8, leaseMs: 45 * secondMs, rateLimits: null };
const retention: Retention = {
  eventMs: 30 * dayMs,
  deliveryMs: 30 * dayMs,
  deadDeliveryMs: 90 * dayMs,
  hookMs: 30 * dayMs,
};
const refused = (afterMs: number): DeliveryOutcome => ({
  kind: 'retry',
  afterMs,
  reason: 'the target answered 500',
  certainty: 'refused',
});

/** A store, a clock that shows the time and can be set, and a clock that only passes. */
const start = async (ground: Ground) => {
  const clocks = { nowMs: startMs, steadyMs: 0 };
  const open = (): Promise<Store> =>
    ground.open(
      () => clocks.nowMs,
      undefined,
      () => clocks.steadyMs,
    );
  const store = await open();
  const steps: number[] = [];
  store.work.onClockStep((stepMs) => steps.push(stepMs));
  const tenant = store.tenant('org');
  const scan = async (assigneeId: string, second: number, kind: 'baseline' | 'incremental' = 'incremental') => {
    const [claim] = await store.work.claimPolls({ limit: 1, leaseMs });
    if (claim === undefined) throw new Error('No workspace is due.');
    const { organizationId, lease } = claim;
    const us = startMs * 1_000;
    await store.work.recordPage(
      {
        organizationId,
        lease,
        rows: [seen('t1', assigneeId, second)],
        scan: {
          id: `scan-${second}`,
          kind,
          isSilent: false,
          startedAtMs: claim.nowMs,
          topUs: us,
          floorUs: null,
          rowsRead: 1,
          totalRows: 1,
          cursor: null,
        },
        end: { watermark: { us, movedAtMs: claim.nowMs, isSettled: false } },
      },
      { leaseMs },
    );
    await store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: true });
  };
  const deliver = async (outcome: DeliveryOutcome) => {
    const [claim] = await store.work.claimDeliveries(sending);
    if (claim === undefined) throw new Error('No delivery is due.');
    return (await store.work.settle([{ id: claim.id, lease: claim.lease, outcome }]))[0];
  };
  return {
    clocks,
    open,
    store,
    tenant,
    steps,
    scan,
    deliver,
    pass(ms: number) {
      clocks.nowMs += ms;
      clocks.steadyMs += ms;
    },
    set(ms: number) {
      clocks.nowMs += ms;
    },
    async listen() {
      await tenant.subscribe(newHook({ targetHash: 'target' }));
      await scan('ada', 0, 'baseline');
    },
    async hookIsLive() {
      return (await tenant.hooks()).every(({ ended }) => ended === null);
    },
  };
};

for (const { name, describe: describeStore, begin } of everyStore) {
  describeStore(`a clock that is set: ${name}`, () => {
    test('set back by an hour, polls and deliveries go on when they would have', async () => {
      const at = await start(await begin());
      await at.listen();
      await at.scan('grace', 1);
      await at.deliver(refused(10 * 60 * secondMs));
      at.pass(secondMs);
      at.set(-hourMs);
      expect(await at.store.work.claimPolls({ limit: 1, leaseMs })).toHaveLength(1);
      expect(at.steps).toEqual([-hourMs]);
      expect(await at.store.work.claimDeliveries(sending)).toEqual([]);
      at.pass(10 * 60 * secondMs);
      expect(await at.store.work.claimDeliveries(sending)).toHaveLength(1);
      expect(at.steps).toEqual([-hourMs]);
      await at.store.close();
    });

    test('set back by a year, nothing is due later than its longest interval', async () => {
      const at = await start(await begin());
      await at.listen();
      await at.scan('grace', 1);
      await at.store.work.claimDeliveries(sending);
      const lease = (await at.store.work.claimCleanUp({ leaseMs })) ?? '';
      await at.store.work.finishCleanUp({ lease, againInMs: hourMs });
      at.set(-yearMs);
      expect(await at.store.work.msUntilCleanUp()).toBeGreaterThan(0);
      expect(await at.store.work.claimPolls({ limit: 1, leaseMs })).toHaveLength(1);
      expect(await at.store.work.msUntilCleanUp()).toBeLessThanOrEqual(hourMs);
      // Its lease seemed to last for a year.
      at.pass(leaseMs + secondMs);
      expect(await at.store.work.claimDeliveries(sending)).toHaveLength(1);
      await at.store.close();
    });

    test('set back while the server was off, it goes on at the start', async () => {
      const ground = await begin();
      const at = await start(ground);
      await at.listen();
      await at.scan('grace', 1);
      await at.deliver(refused(secondMs));
      await at.store.close();
      at.set(-yearMs);
      at.clocks.steadyMs = 0;
      const store = await at.open();
      expect(await store.work.claimPolls({ limit: 1, leaseMs })).toHaveLength(1);
      expect(await store.work.claimDeliveries(sending)).toHaveLength(1);
      await store.close();
    });

    test.each([
      [72 * hourMs - secondMs, 0],
      [14 * hourMs, 14 * hourMs],
    ])('a rest of %d ms that an earlier version stored lasts %d ms after the start', async (storedMs, expectedMs) => {
      const ground = await begin();
      const at = await start(ground);
      await at.listen();
      await at.scan('grace', 1);
      await at.deliver(refused(storedMs));
      await at.store.close();
      const store = await at.open();
      expect(await store.work.claimPolls({ limit: 1, leaseMs })).toHaveLength(1);
      expect((await store.tenant('org').hooks())[0]?.resumeAtMs).toBeLessThanOrEqual(at.clocks.nowMs + expectedMs);
      expect(await store.work.claimDeliveries(sending)).toHaveLength(expectedMs === 0 ? 1 : 0);
      await store.close();
    });

    test('an intent and a change of before the step are not waited for until the clock is there again', async () => {
      const at = await start(await begin());
      await at.listen();
      await at.tenant.announce([{ id: 'int_1', task_id: 't1', assignee_user_id: 'grace', scope: 'TASK' }]);
      await at.scan('grace', 1);
      expect(await at.store.work.claimDeliveries(sending)).toEqual([]);
      at.set(-hourMs);
      at.pass(4 * secondMs);
      await at.store.work.msUntilDelivery({ perHook: 8 });
      at.pass(4 * secondMs);
      await at.scan('grace', 2);
      expect(await at.store.work.claimDeliveries(sending)).toHaveLength(1);
      await at.store.close();
    });

    test.each([4 * dayMs, yearMs])('set forward by %d ms, it claims nothing that is under way', async (stepMs) => {
      const at = await start(await begin());
      await at.listen();
      await at.scan('grace', 1);
      const [poll] = await at.store.work.claimPolls({ limit: 1, leaseMs });
      const [delivery] = await at.store.work.claimDeliveries(sending);
      if (poll === undefined || delivery === undefined) throw new Error('Nothing is due.');
      at.set(stepMs);
      expect(await at.store.work.claimPolls({ limit: 1, leaseMs })).toEqual([]);
      expect(await at.store.work.claimDeliveries(sending)).toEqual([]);
      expect(await at.store.work.msUntilPoll()).toBe(leaseMs);
      expect(await at.store.work.msUntilDelivery({ perHook: 8 })).toBe(sending.leaseMs);
      expect(at.steps).toEqual([stepMs]);
      const outcome = { kind: 'delivered' } as const;
      expect(await at.store.work.settle([{ id: delivery.id, lease: delivery.lease, outcome }])).toEqual([
        { kind: 'settled' },
      ]);
      at.pass(leaseMs);
      expect(await at.store.work.claimPolls({ limit: 1, leaseMs })).toHaveLength(1);
      await at.store.close();
    });

    test.each([4 * dayMs, yearMs])('set forward by %d ms, it ends no hook and gives up no delivery', async (stepMs) => {
      const at = await start(await begin());
      await at.listen();
      await at.scan('grace', 1);
      await at.deliver(refused(secondMs));
      const [poll] = await at.store.work.claimPolls({ limit: 1, leaseMs });
      if (poll === undefined) throw new Error('No workspace is due.');
      const { organizationId } = poll;
      const refusal = { organizationId, nextPollInMs: 0, result: 'key refused', sawChange: false } as const;
      await at.store.work.finishPoll({ ...refusal, lease: poll.lease });
      at.pass(2 * secondMs);
      at.set(stepMs);
      const [again] = await at.store.work.claimPolls({ limit: 1, leaseMs });
      if (again === undefined) throw new Error('No workspace is due.');
      await at.store.work.finishPoll({ ...refusal, lease: again.lease });
      const [claim] = await at.store.work.claimDeliveries(sending);
      if (claim === undefined) throw new Error('No delivery is due.');
      expect(claim.ageMs).toBeLessThanOrEqual(2 * secondMs);
      await at.store.work.settle([{ id: claim.id, lease: claim.lease, outcome: refused(secondMs) }]);
      expect(await at.hookIsLive()).toBe(true);
      // A hook that goes on failing still ends after three days of it.
      at.pass(3 * dayMs);
      expect(await at.deliver(refused(secondMs))).toEqual({ kind: 'ended', reason: 'failing' });
      await at.store.close();
    });

    test.each([4 * dayMs, yearMs])(
      'set forward by %d ms, it removes no history, nor while it removes some',
      async (stepMs) => {
        const at = await start(await begin());
        await at.listen();
        await at.scan('grace', 1);
        await at.deliver({ kind: 'delivered' });
        const lease = await at.store.work.claimCleanUp({ leaseMs });
        if (lease === undefined) throw new Error('The clean-up is not due.');
        at.set(stepMs);
        expect(await at.store.work.removeExpired({ lease, leaseMs, retention, limit: 10 })).toEqual({
          kind: 'lease lost',
        });
        at.pass(2 * hourMs);
        expect(await at.store.work.claimCleanUp({ leaseMs })).toBeUndefined();
        expect((await at.tenant.events({ limit: 10 }))?.items).toHaveLength(1);
        at.pass(30 * dayMs);
        expect(await at.store.work.claimCleanUp({ leaseMs })).toBeDefined();
        await at.store.close();
      },
    );

    test('a clock that is trimmed, and a wait, are no step', async () => {
      const at = await start(await begin());
      await at.listen();
      for (const trimMs of [4_000, -4_000, -4_000, 4_000]) {
        at.set(trimMs);
        at.pass(5 * 60 * secondMs);
        await at.store.work.claimCleanUp({ leaseMs });
      }
      expect(at.steps).toEqual([]);
      await at.store.close();
    });
  });
}
