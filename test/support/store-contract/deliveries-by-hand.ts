import { describe, expect, test } from '@jest/globals';
import type { DeliveryQuery } from '../../../webhook-server/store/tenant-store.ts';
import type { DeliveryOutcome } from '../../../webhook-server/store/work-store.ts';
import { newHook, type StoreBench, seen, seenMany } from './store-bench.ts';

const dead: DeliveryOutcome = { kind: 'dead', afterMs: 0, reason: 'it failed', certainty: 'ambiguous' };

export const describeDeliveriesByHand = (name: string, at: StoreBench): void => {
  const { scan, listen, claimDeliveries, claimDelivery, settle } = at;

  const list = async (hookId: string, query: Partial<DeliveryQuery> = {}) => {
    const listing = await at.tenant.deliveries(hookId, { limit: 100, ...query });
    if (listing.kind !== 'page') throw new Error(listing.kind);
    return listing.deliveries;
  };

  const hookWith = async (count: number, change: Parameters<typeof listen>[0] = {}) => {
    const hook = await listen({ id: 'hok_mine', ...change });
    await scan(seenMany(count, 'ada'));
    await scan(seenMany(count, 'grace', 1));
    return hook;
  };

  describe(`${name}: deliveries that are listed`, () => {
    test('newest first, page by page, with what became of each', async () => {
      const { id: hookId } = await hookWith(4);
      const [delivered, died, failed] = await claimDeliveries({ limit: 3 });
      if (delivered === undefined || died === undefined || failed === undefined) throw new Error('There are three.');
      at.nowMs += 1_000;
      await settle(delivered);
      await settle(died, dead);
      await settle(failed, { kind: 'retry', afterMs: 5_000, reason: 'it failed', certainty: 'never sent' });
      const all = await list(hookId);
      expect(all.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'dead', 'delivered']);
      expect(all[0]).toMatchObject({ attempts: 0, certainty: null, lastAttemptAtMs: null, settledAtMs: null });
      expect(all[1]).toMatchObject({ id: failed.id, attempts: 1, certainty: 'never sent', reason: 'it failed' });
      expect(all[2]).toMatchObject({ id: died.id, certainty: 'ambiguous', settledAtMs: at.nowMs, isManual: false });
      expect(all[3]).toEqual({
        id: delivered.id,
        hookId,
        eventId: JSON.parse(delivered.body).id,
        state: 'delivered',
        attempts: 1,
        certainty: null,
        reason: null,
        isManual: false,
        retriedAs: null,
        createdAtMs: at.nowMs - 1_000,
        lastAttemptAtMs: at.nowMs - 1_000,
        settledAtMs: at.nowMs,
      });
      const first = await at.tenant.deliveries(hookId, { limit: 3 });
      expect(first).toMatchObject({ kind: 'page', hasMore: true });
      expect(await at.tenant.deliveries(hookId, { limit: 3, before: died.id })).toMatchObject({
        hasMore: false,
        deliveries: [{ id: delivered.id }],
      });
    });

    test.each(['waiting', 'delivered', 'dead', 'dropped'] as const)('by state: %s', async (state) => {
      const { id: hookId } = await hookWith(6);
      const claims = await claimDeliveries({ limit: 4 });
      for (const [index, claim] of claims.entries()) await settle(claim, index % 2 === 0 ? dead : undefined);
      if (state === 'dropped') await at.tenant.endHook(hookId);
      const listed = await list(hookId, { state });
      expect(listed).toHaveLength(2);
      expect(new Set(listed.map((delivery) => delivery.state))).toEqual(new Set([state]));
      const [newest] = listed;
      expect(await list(hookId, { state, before: newest?.id })).toHaveLength(1);
    });

    test('of another organization they can neither be seen nor asked for', async () => {
      const { id: hookId } = await hookWith(2);
      const [claim, waiting] = await claimDeliveries();
      if (claim === undefined || waiting === undefined) throw new Error('There are two.');
      await settle(claim, dead);
      const other = at.store.tenant('other');
      const theirs = await other.subscribe(newHook());
      expect(await other.deliveries(hookId, { limit: 1 })).toEqual({ kind: 'unknown hook' });
      expect(await other.retryDelivery(claim.id)).toEqual({ kind: 'unknown' });
      expect(await other.retryDelivery(waiting.id)).toEqual({ kind: 'unknown' });
      expect(await other.recoverDeliveries(hookId, { sinceMs: 0, limit: 10 })).toEqual({ kind: 'unknown' });
      expect(await other.sendTest(hookId, { eventId: 'evt_test', body: '{}' })).toEqual({ kind: 'unknown' });
      expect(await other.deliveries(theirs.id, { limit: 1, before: claim.id })).toEqual({ kind: 'unknown position' });
      expect(await other.recoverDeliveries(theirs.id, { sinceMs: 0, limit: 10 })).toMatchObject({ count: 0 });
    });
  });

  describe(`${name}: a delivery that is retried by hand`, () => {
    test('is a new one with the same body, and the old one names it', async () => {
      const { id: hookId } = await hookWith(1);
      const old = await claimDelivery();
      await settle(old, dead);
      const topics: string[] = [];
      at.store.work.onWork('deliver', () => topics.push('deliver'));
      const again = await at.tenant.retryDelivery(old.id);
      if (again.kind !== 'queued') throw new Error(again.kind);
      expect(topics).toEqual(['deliver']);
      expect(again.delivery).toMatchObject({ hookId, state: 'waiting', isManual: true, attempts: 0 });
      expect(again.delivery.id).not.toBe(old.id);
      expect((await list(hookId, { state: 'dead' }))[0]).toMatchObject({ id: old.id, retriedAs: again.delivery.id });
      expect(await claimDelivery()).toMatchObject({ id: again.delivery.id, body: old.body, attempt: 1, ageMs: 0 });
    });

    test('may have been delivered before, again and again, but not while it waits', async () => {
      await hookWith(1);
      const claim = await claimDelivery();
      expect(await at.tenant.retryDelivery(claim.id)).toEqual({ kind: 'still waiting' });
      await settle(claim);
      const ids = new Set([claim.id]);
      for (const _time of [1, 2]) {
        expect((await at.tenant.retryDelivery(claim.id)).kind).toBe('queued');
        const again = await claimDelivery();
        ids.add(again.id);
        await settle(again);
      }
      expect(ids.size).toBe(3);
      expect(await at.tenant.retryDelivery('msg_unknown')).toEqual({ kind: 'unknown' });
    });

    test('goes after what waits for the same sequence run', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 2)]);
      const first = await claimDelivery();
      await settle(first, dead);
      await at.tenant.retryDelivery(first.id);
      const second = await claimDelivery();
      expect(JSON.parse(second.body).task.id).toBe('t2');
      await settle(second);
      expect((await claimDelivery()).body).toBe(first.body);
    });

    test('has nowhere to go once its hook has ended, but to the hook that has its target now', async () => {
      await hookWith(1, { targetHash: 'target' });
      const claim = await claimDelivery();
      await settle(claim, { kind: 'gone' });
      expect(await at.tenant.retryDelivery(claim.id)).toEqual({ kind: 'hook ended' });
      const anew = await at.tenant.subscribe(newHook({ targetHash: 'target' }));
      expect(await at.tenant.retryDelivery(claim.id)).toMatchObject({ kind: 'queued', delivery: { hookId: anew.id } });
    });
  });

  describe(`${name}: a hook that is recovered`, () => {
    const loseAll = async () => {
      for (let claims = await claimDeliveries(); claims.length > 0; claims = await claimDeliveries()) {
        for (const claim of claims) await settle(claim, dead);
        at.nowMs += 1;
      }
    };

    test('gets what has died since then, oldest first, each once', async () => {
      const { id: hookId } = await hookWith(3);
      await loseAll();
      at.nowMs += 1_000;
      const sinceMs = at.nowMs;
      await scan(seenMany(3, 'hedy', 2));
      await loseAll();
      const lost = await list(hookId, { state: 'dead' });
      const recover = () => at.tenant.recoverDeliveries(hookId, { sinceMs, limit: 2 });
      expect(await recover()).toEqual({ kind: 'queued', count: 2, hasMore: true });
      expect(await recover()).toEqual({ kind: 'queued', count: 1, hasMore: false });
      expect(await recover()).toEqual({ kind: 'queued', count: 0, hasMore: false });
      const again = await list(hookId, { state: 'waiting' });
      expect(again.map(({ eventId }) => eventId)).toEqual(lost.slice(0, 3).map(({ eventId }) => eventId));
    });

    test('gets what was lost in a time and in the states that were asked for, and is counted first', async () => {
      const { id: hookId } = await hookWith(3);
      const sinceMs = at.nowMs;
      await loseAll();
      const untilMs = at.nowMs;
      await scan(seenMany(2, 'hedy', 2));
      await loseAll();
      const count = async (scope: object, limit = 10) => {
        const counted = await at.tenant.countRecoverable(hookId, { sinceMs, limit, ...scope });
        return counted.kind === 'counted' ? counted.count : counted.kind;
      };
      expect(await count({})).toBe(5);
      expect(await count({}, 4)).toBe(4);
      expect(await count({ untilMs })).toBe(3);
      expect(await count({ sinceMs: untilMs })).toBe(2);
      expect(await count({ states: ['dropped'] })).toBe(0);
      expect(await count({ states: ['dead'] })).toBe(5);
      expect(await list(hookId, { state: 'waiting' })).toEqual([]);
      const scope = { sinceMs, untilMs, states: ['dead' as const] };
      const recovery = await at.tenant.recoverDeliveries(hookId, { ...scope, limit: 10 });
      expect(recovery).toEqual({ kind: 'queued', count: 3, hasMore: false });
      expect(await count({})).toBe(2);
      expect(await at.store.tenant('another').countRecoverable(hookId, { sinceMs, limit: 10 })).toEqual({
        kind: 'unknown',
      });
      await at.tenant.endHook(hookId);
      expect(await count({})).toBe('hook ended');
    });

    test('leaves out what was retried by hand already, and what was delivered', async () => {
      const { id: hookId } = await hookWith(3);
      const [retried, delivered, lost] = await claimDeliveries();
      if (retried === undefined || delivered === undefined || lost === undefined) throw new Error('There are three.');
      await settle(retried, dead);
      await settle(delivered);
      await settle(lost, dead);
      await at.tenant.retryDelivery(retried.id);
      await settle(await claimDelivery());
      await at.tenant.recoverDeliveries(hookId, { sinceMs: 0, limit: 10 });
      expect((await claimDeliveries()).map(({ body }) => body)).toEqual([lost.body]);
    });

    test('gets what was dropped when an earlier hook of its target ended; an ended hook gets nothing', async () => {
      await hookWith(3, { id: 'hok_old', targetHash: 'target' });
      await settle(await claimDelivery({ limit: 1 }), { kind: 'gone' });
      expect(await at.tenant.recoverDeliveries('hok_old', { sinceMs: 0, limit: 10 })).toEqual({ kind: 'hook ended' });
      const anew = await at.tenant.subscribe(newHook({ targetHash: 'target' }));
      const recovery = await at.tenant.recoverDeliveries(anew.id, { sinceMs: 0, limit: 10 });
      expect(recovery).toEqual({ kind: 'queued', count: 3, hasMore: false });
      expect((await claimDeliveries()).map(({ hookId }) => hookId)).toEqual([anew.id, anew.id, anew.id]);
    });

    test('gets what was lost when its Zap had another hook, also where somebody names that one', async () => {
      await hookWith(3, { id: 'hok_old', zapId: 'zap' });
      const claim = await claimDelivery({ limit: 1 });
      await settle(claim, { kind: 'gone' });
      const anew = await at.tenant.subscribe(newHook({ zapId: 'zap' }));
      await at.tenant.subscribe(newHook({ zapId: 'another' }));
      const requeued = await at.tenant.retryDelivery(claim.id);
      expect(requeued).toMatchObject({ kind: 'queued', delivery: { hookId: anew.id } });
      expect(await at.tenant.countRecoverable('hok_old', { sinceMs: 0, limit: 10 })).toMatchObject({ count: 2 });
      expect(await at.tenant.recoverDeliveries(anew.id, { sinceMs: 0, limit: 10 })).toMatchObject({ count: 2 });
      expect((await claimDeliveries()).map(({ hookId }) => hookId)).toEqual([anew.id, anew.id, anew.id]);
    });

    test('does not get what may still be delivered', async () => {
      await hookWith(2, { id: 'hok_old', targetHash: 'target' });
      const [underWay] = await claimDeliveries({ limit: 1 });
      await at.tenant.endHook('hok_old');
      const anew = await at.tenant.subscribe(newHook({ targetHash: 'target' }));
      expect(await at.tenant.recoverDeliveries(anew.id, { sinceMs: 0, limit: 10 })).toMatchObject({ count: 1 });
      at.nowMs += 45_000;
      expect(await at.tenant.recoverDeliveries(anew.id, { sinceMs: 0, limit: 10 })).toMatchObject({ count: 1 });
      expect(await settle(underWay ?? { id: '', lease: '' })).toEqual({ kind: 'settled' });
    });
  });

  describe(`${name}: a test`, () => {
    test('is delivered as it is, and waits for nothing but the hook', async () => {
      const { id: hookId } = await hookWith(1);
      const event = { eventId: 'evt_test_1', body: '{"id":"evt_test_1"}' };
      const sent = await at.tenant.sendTest(hookId, event);
      expect(sent).toMatchObject({ kind: 'queued', delivery: { eventId: 'evt_test_1', isManual: true } });
      expect((await claimDeliveries()).map(({ body }) => body)).toContain(event.body);
      await at.tenant.endHook(hookId);
      expect(await at.tenant.sendTest(hookId, event)).toEqual({ kind: 'hook ended' });
      expect((await at.tenant.events({ limit: 10 }))?.items).toHaveLength(1);
    });
  });
};
