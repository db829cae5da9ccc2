import { describe, expect, test } from '@jest/globals';
import type { DeliveryOutcome } from '../../../webhook-server/store/work-store.ts';
import { dayMs, hourMs, newHook, type StoreBench, seen, startMs } from './store-bench.ts';

export const describeOperator = (name: string, at: StoreBench): void => {
  const { listen, scan, claimDelivery, settle } = at;
  const delivered: DeliveryOutcome = { kind: 'delivered' };
  const dead = { kind: 'dead', afterMs: 0, reason: 'the target answered 500', certainty: 'refused' } as const;
  const refused = { kind: 'retry', afterMs: 60_000, reason: 'no', certainty: 'refused' } as const;

  describe(`${name}: how workspaces fare`, () => {
    test('a workspace that was never watched has no health', async () => {
      expect(await at.tenant.health()).toBeUndefined();
      expect(await at.store.operator.workspaces({ limit: 10, skip: 0 })).toEqual([]);
    });

    test('tells what waits, what was given up, and for how long a hook has failed', async () => {
      await listen({ scopes: ['tasks:read'] });
      await scan([seen('t1', 'grace', 1)]);
      await settle(await claimDelivery(), dead);
      await scan([seen('t2', 'grace', 2)]);
      await settle(await claimDelivery(), refused);
      at.nowMs += hourMs;
      expect(await at.tenant.health()).toMatchObject({
        organizationId: 'org',
        nowMs: at.nowMs,
        isWatched: true,
        keyRefusedSinceMs: null,
        progress: null,
        hooks: { active: 0, failing: 1 },
        failingSinceMs: at.nowMs - hourMs,
        waiting: 1,
        oldestWaitingMs: hourMs,
        givenUp: 1,
        scopes: ['tasks:read'],
      });
      expect(await at.store.tenant('foreign').health()).toBeUndefined();
    });

    test('tells how soon changes were heard of in the last day, by what was delivered by itself', async () => {
      const second = (count: number) => startMs + count * 1000;
      const change = async (
        task: string,
        times: { changed: number; seen: number; settled: number },
        outcome: DeliveryOutcome = delivered,
      ) => {
        at.nowMs = second(times.seen);
        await scan([seen(task, 'grace', times.changed)]);
        const claim = await claimDelivery();
        at.nowMs = second(times.settled);
        await settle(claim, outcome);
        return claim.id;
      };
      await listen();
      expect(await at.tenant.delays()).toBeUndefined();
      await change('t1', { changed: 1, seen: 10, settled: 12 });
      const lost = await change('t2', { changed: 13, seen: 14, settled: 15 }, dead);
      expect((await at.tenant.retryDelivery(lost)).kind).toBe('queued');
      await settle(await claimDelivery(), delivered);
      await change('t3', { changed: 20, seen: 25, settled: 60 });
      const delays = {
        deliveries: 2,
        heard: { halfMs: 11_000, mostMs: 40_000 },
        sent: { halfMs: 2_000, mostMs: 35_000 },
      };
      expect(await at.tenant.delays()).toEqual(delays);
      expect(await at.store.operator.delays()).toEqual(delays);
      expect(await at.store.tenant('another').delays()).toBeUndefined();
      at.nowMs = second(25) + dayMs + 1;
      expect(await at.tenant.delays()).toBeUndefined();
      expect(await at.store.operator.delays()).toBeUndefined();
    });

    test('the operator sees those first that need somebody, page by page', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      await settle(await claimDelivery(), refused);
      await at.store.tenant('another').subscribe(newHook());
      const ids = async (skip: number) =>
        (await at.store.operator.workspaces({ limit: 1, skip })).map(({ organizationId }) => organizationId);
      expect([await ids(0), await ids(1), await ids(2)]).toEqual([['org'], ['another'], []]);
    });

    test('the operator sees hooks by state, and sends again what any of them was not told', async () => {
      const { operator } = at.store;
      const hook = await listen();
      await scan([seen('t1', 'grace', 1)]);
      const claim = await claimDelivery();
      const ended = await at.store.tenant('another').subscribe(newHook());
      await at.store.tenant('another').endHook(ended.id);
      const inState = async (state: 'active' | 'failing' | 'ended') =>
        (await operator.hooks({ limit: 10, skip: 0, state })).map(({ id }) => id);
      expect([await inState('active'), await inState('failing'), await inState('ended')]).toEqual([
        [hook.id],
        [],
        [ended.id],
      ]);
      const query = { limit: 10, skip: 0, organizationId: 'another' };
      expect(await operator.hooks(query)).toMatchObject([{ id: ended.id, ended: { reason: 'unsubscribed' } }]);

      expect(await operator.retryDelivery(claim.id)).toEqual({ kind: 'still waiting' });
      await settle(claim, dead);
      expect(await operator.retryDelivery(claim.id)).toMatchObject({ kind: 'queued' });
      expect(await operator.retryDelivery('msg_none')).toEqual({ kind: 'unknown' });
      expect(await operator.deliveries(hook.id, { limit: 10 })).toMatchObject({
        kind: 'page',
        deliveries: [
          { state: 'waiting', isManual: true },
          { id: claim.id, state: 'dead' },
        ],
      });
      expect(await operator.deliveries('hok_none', { limit: 10 })).toEqual({ kind: 'unknown hook' });
    });
  });
};
