import { describe, expect, test } from '@jest/globals';
import type { DeliveryOutcome } from '../../../webhook-server/store/work-store.ts';
import { hourMs, leaseMs, newHook, type StoreBench, seen, seenMany } from './store-bench.ts';

const failed = { reason: 'it failed', certainty: 'refused' } as const;
const retry: DeliveryOutcome = { kind: 'retry', afterMs: 5_000, ...failed };
const dead: DeliveryOutcome = { kind: 'dead', afterMs: 60_000, ...failed };

export const describeDeliveries = (name: string, at: StoreBench): void => {
  const { scan, listen, claimDeliveries, claimDelivery, msUntilDelivery, settle, bodies, settleAll } = at;

  /** One hook, and so many deliveries for it that do not wait for each other. */
  const queue = async (count: number, hookId = 'hok_queue') => {
    const hook = await listen({ id: hookId });
    await scan(seenMany(count, 'ada'));
    await scan(seenMany(count, 'grace', 1));
    return hook;
  };

  describe(`${name}: deliveries`, () => {
    test('a delivery is claimed once, and is gone when it is delivered', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      expect(await msUntilDelivery()).toBe(0);
      const [claim, ...others] = await claimDeliveries();
      expect(others).toEqual([]);
      expect(claim).toMatchObject({ attempt: 1, ageMs: 0, hookFailures: 0 });
      expect(await claimDeliveries()).toEqual([]);
      const { id = '', lease = '' } = claim ?? {};
      expect(await settle({ id, lease })).toEqual({ kind: 'settled' });
      expect(await settle({ id, lease })).toEqual({ kind: 'lease lost' });
      expect(await msUntilDelivery()).toBeUndefined();
    });

    test('several are settled at once, and each is answered for itself', async () => {
      await queue(3);
      const claims = await claimDeliveries();
      const settlements = claims.map(({ id, lease }, index) => ({
        id,
        lease: index === 1 ? 'another' : lease,
        outcome: { kind: 'delivered' as const },
      }));
      expect(await at.store.work.settle(settlements)).toEqual([
        { kind: 'settled', hasMore: true },
        { kind: 'lease lost' },
        { kind: 'settled', hasMore: true },
      ]);
      expect(await at.store.work.settle([])).toEqual([]);
      at.nowMs += 45_000;
      expect((await claimDeliveries()).map(({ id }) => id)).toEqual([claims[1]?.id]);
    });

    test('a lease that ran out goes to the next, and its owner can no longer settle', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      const late = await claimDelivery();
      expect(await msUntilDelivery()).toBe(45_000);
      at.nowMs += 45_000;
      const next = await claimDelivery();
      expect(next).toMatchObject({ id: late.id, attempt: 2, ageMs: 45_000 });
      expect(await settle(late)).toEqual({ kind: 'lease lost' });
      expect(await settle(next)).toEqual({ kind: 'settled' });
    });

    test('a lease that ran out is still good while nobody else has claimed', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      const claim = await claimDelivery();
      at.nowMs += 60_000;
      expect(await settle(claim)).toEqual({ kind: 'settled' });
      expect(await claimDeliveries()).toEqual([]);
    });

    test('of one sequence only the oldest is sent; other sequences do not wait for it', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 2), seen('t3', 'ada', 3, { sequence_id: 's3' })]);
      const taskIds = async () => (await bodies()).map(({ task }) => task.id);
      expect((await taskIds()).sort()).toEqual(['t1', 't3']);
      at.nowMs += 45_000;
      await settleAll();
      expect(await taskIds()).toEqual(['t2']);
    });

    test('a failure makes the whole hook wait, and no other hook', async () => {
      const waiting = await listen();
      await at.tenant.subscribe(newHook());
      await scan([seen('t1', 'grace', 1)]);
      for (const claim of await claimDeliveries()) {
        await settle(claim, claim.hookId === waiting.id ? retry : { kind: 'delivered' });
      }
      expect((await at.tenant.hooks()).find(({ id }) => id === waiting.id)?.resumeAtMs).toBe(at.nowMs + 5_000);
      expect(await msUntilDelivery()).toBe(5_000);
      await scan([seen('t2', 'grace', 2, { sequence_id: 's2' })]);
      const [other, ...more] = await claimDeliveries();
      expect(more).toEqual([]);
      expect(other?.hookId).not.toBe(waiting.id);
      at.nowMs += 5_000;
      expect((await claimDeliveries()).map(({ hookId }) => hookId)).toEqual([waiting.id]);
    });

    test('a hook that failed is tried with one delivery at a time, and what was tried least first', async () => {
      await queue(3);
      const claims = await claimDeliveries();
      expect(claims).toHaveLength(3);
      for (const claim of claims.slice(0, 2)) await settle(claim, retry);
      at.nowMs += 45_000;

      const [probe, ...others] = await claimDeliveries();
      expect(others).toEqual([]);
      expect(probe).toMatchObject({ hookFailures: 1 });
      expect(await claimDeliveries()).toEqual([]);
      await settle(probe ?? { id: '', lease: '' });
      expect((await claimDeliveries()).map(({ hookFailures }) => hookFailures)).toEqual([0, 0]);
    });

    test('failures in a row are counted, and what was under way together counts once', async () => {
      await queue(3);
      for (const claim of await claimDeliveries()) await settle(claim, retry);
      at.nowMs += 5_000;
      const second = await claimDelivery();
      expect(second.hookFailures).toBe(1);
      await settle(second, retry);
      at.nowMs += 5_000;
      const third = await claimDelivery();
      expect(third.hookFailures).toBe(2);
      await settle(third);
      expect((await claimDelivery()).hookFailures).toBe(0);
    });

    test('a target that is gone ends its hook and drops what waits for it', async () => {
      const hook = await listen();
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 2)]);
      const outcome = await settle(await claimDelivery(), { kind: 'gone' });
      expect(outcome).toEqual({ kind: 'ended', reason: 'gone' });
      expect((await at.tenant.hooks())[0]).toMatchObject({ id: hook.id, ended: { atMs: at.nowMs, reason: 'gone' } });
      at.nowMs += 100 * hourMs;
      expect(await claimDeliveries()).toEqual([]);
      expect(await msUntilDelivery()).toBeUndefined();
      expect(await at.store.work.claimPolls({ limit: 10, leaseMs })).toEqual([]);
    });

    test('what was under way when its hook ended may still be delivered', async () => {
      const hook = await queue(3);
      const [gone, delivered, refused] = await claimDeliveries();
      if (gone === undefined || delivered === undefined || refused === undefined) throw new Error('There are three.');
      await settle(gone, { kind: 'gone' });
      expect(await settle(delivered)).toEqual({ kind: 'settled' });
      await settle(refused, retry);
      const listing = await at.tenant.deliveries(hook.id, { limit: 10 });
      const states = listing.kind === 'page' ? listing.deliveries.map(({ id, state }) => [id, state]) : [];
      expect(Object.fromEntries(states)).toEqual({
        [gone.id]: 'dropped',
        [delivered.id]: 'delivered',
        [refused.id]: 'dropped',
      });
    });

    test('a dead delivery makes room for the next, after its hook has rested', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1), seen('t2', 'grace', 2)]);
      await settle(await claimDelivery(), dead);
      expect(await bodies()).toEqual([]);
      expect(await msUntilDelivery()).toBe(60_000);
      at.nowMs += 60_000;
      expect((await bodies()).map(({ task }) => task.id)).toEqual(['t2']);
    });

    test('three days of nothing but failure end a hook; one success begins them anew', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      const fail = async (outcome: DeliveryOutcome = retry) => settle(await claimDelivery(), outcome);
      await fail();
      at.nowMs += 71 * hourMs;
      expect(await fail()).toEqual({ kind: 'settled' });
      at.nowMs += 5_000;
      await fail({ kind: 'delivered' });
      await scan([seen('t1', 'ada', 2)]);
      expect(await fail()).toEqual({ kind: 'settled' });
      at.nowMs += 72 * hourMs;
      expect(await fail()).toEqual({ kind: 'ended', reason: 'failing' });
    });

    test('hooks take turns, and none has more under way than its share', async () => {
      await listen({ id: 'a' });
      await at.tenant.subscribe(newHook({ id: 'b' }));
      await scan(seenMany(20, 'ada'));
      await scan(seenMany(20, 'grace', 1));
      const few = await claimDeliveries({ limit: 4 });
      expect(few.map(({ hookId }) => hookId).sort()).toEqual(['a', 'a', 'b', 'b']);
      expect(await claimDeliveries()).toHaveLength(12);
      expect(await claimDeliveries()).toEqual([]);
      expect(await msUntilDelivery()).toBe(45_000);
    });

    test('a hook with nothing under way goes before one that has its hands full', async () => {
      await queue(20, 'busy');
      await claimDeliveries({ limit: 6 });
      await at.tenant.subscribe(newHook({ id: 'idle' }));
      await scan(seenMany(20, 'hedy', 2));
      expect((await claimDeliveries({ limit: 2 })).map(({ hookId }) => hookId)).toEqual(['idle', 'idle']);
    });

    test('a sequence that is blocked at the head of the queue does not block the others', async () => {
      await listen();
      const inOneSequence = Array.from({ length: 12 }, (_, index) => seen(`s-${index}`, 'ada'));
      await scan([...inOneSequence, seen('other', 'ada', 0, { sequence_id: 'other' })]);
      await scan([
        ...inOneSequence.map(({ task }, index) => seen(task.id, 'grace', index + 1)),
        seen('other', 'grace', 60, { sequence_id: 'other' }),
      ]);
      expect((await bodies()).map(({ task }) => task.id)).toEqual(['s-0', 'other']);
    });
  });
};
