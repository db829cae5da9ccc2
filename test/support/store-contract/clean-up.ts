import { describe, expect, test } from '@jest/globals';
import { dayMs, hourMs, type StoreBench, seenMany } from './store-bench.ts';

const retention = { eventMs: 30 * dayMs, deliveryMs: 30 * dayMs, deadDeliveryMs: 90 * dayMs, hookMs: 30 * dayMs };
const leaseMs = 60_000;

export const describeCleanUp = (name: string, at: StoreBench): void => {
  const { scan, listen, claimDeliveries, settle } = at;
  const claim = () => at.store.work.claimCleanUp({ leaseMs });

  const remove = async (limit = 1_000) => {
    const lease = await claim();
    if (lease === undefined) throw new Error('The clean-up is not due.');
    const outcome = await at.store.work.removeExpired({ lease, leaseMs, retention, limit });
    await at.store.work.finishCleanUp({ lease, againInMs: 0 });
    return outcome;
  };

  const states = async (hookId: string) => {
    const listing = await at.tenant.deliveries(hookId, { limit: 100 });
    return listing.kind === 'page' ? listing.deliveries.map(({ state }) => state).sort() : listing.kind;
  };

  /** Six events of one hook: two deliveries each are delivered, dead and waiting. */
  const history = async () => {
    const hook = await listen();
    await scan(seenMany(6, 'ada'));
    await scan(seenMany(6, 'grace', 1));
    const claims = await claimDeliveries({ limit: 4 });
    for (const [index, one] of claims.entries()) {
      await settle(one, index < 2 ? undefined : { kind: 'dead', afterMs: 0, reason: 'x', certainty: 'refused' });
    }
    return hook.id;
  };

  describe(`${name}: cleaning up`, () => {
    test('is due at once, in one process at a time, and again when it says so', async () => {
      expect(await at.store.work.msUntilCleanUp()).toBe(0);
      const lease = await claim();
      expect(lease).toBeDefined();
      expect(await claim()).toBeUndefined();
      expect(await at.store.work.msUntilCleanUp()).toBe(leaseMs);
      await at.store.work.finishCleanUp({ lease: 'another', againInMs: 0 });
      expect(await claim()).toBeUndefined();
      await at.store.work.finishCleanUp({ lease: lease ?? '', againInMs: hourMs });
      expect(await at.store.work.msUntilCleanUp()).toBe(hourMs);
      at.nowMs += hourMs;
      expect(await claim()).toBeDefined();
    });

    test('belongs to the next when its lease has run out, and each batch renews it', async () => {
      const late = (await claim()) ?? '';
      const removeAs = (lease: string) => at.store.work.removeExpired({ lease, leaseMs, retention, limit: 10 });
      at.nowMs += leaseMs - 1;
      expect(await removeAs(late)).toEqual({ kind: 'removed', count: 0 });
      at.nowMs += leaseMs - 1;
      expect(await claim()).toBeUndefined();
      at.nowMs += 1;
      const next = (await claim()) ?? '';
      expect(await removeAs(late)).toEqual({ kind: 'lease lost' });
      expect(await removeAs(next)).toEqual({ kind: 'removed', count: 0 });
    });

    test('removes nothing that is not old enough', async () => {
      const hookId = await history();
      at.nowMs += 30 * dayMs;
      expect(await remove()).toEqual({ kind: 'removed', count: 0 });
      expect((await at.tenant.events({ limit: 10 }))?.items).toHaveLength(6);
      expect(await states(hookId)).toHaveLength(6);
    });

    test('keeps events and deliveries for 30 days, dead ones for 90, and what waits for as long as it does', async () => {
      const hookId = await history();
      at.nowMs += 30 * dayMs + 1;
      // Six events, two deliveries, and what is known of the minute in which the workspace was polled.
      expect(await remove()).toEqual({ kind: 'removed', count: 9 });
      expect((await at.tenant.events({ limit: 10 }))?.items).toEqual([]);
      expect(await states(hookId)).toEqual(['dead', 'dead', 'waiting', 'waiting']);
      at.nowMs += 60 * dayMs;
      // Two deliveries, and the sum of the hour in which tasks were handed over.
      expect(await remove()).toEqual({ kind: 'removed', count: 3 });
      expect(await states(hookId)).toEqual(['waiting', 'waiting']);
      expect(await claimDeliveries()).toHaveLength(1);
    });

    test('removes no more at once than it is told to', async () => {
      await history();
      at.nowMs += 30 * dayMs + 1;
      const counts = [];
      for (const _batch of [1, 2, 3, 4]) counts.push(await remove(3));
      expect(counts).toMatchObject([3, 3, 3, 0].map((count) => ({ kind: 'removed', count })));
    });

    test('removes an ended hook when its last delivery is gone, and no live one', async () => {
      const ended = await history();
      const live = await listen();
      await at.tenant.endHook(ended);
      at.nowMs += 30 * dayMs + 1;
      await remove();
      expect((await at.tenant.hooks()).map(({ id }) => id)).toEqual([live.id, ended]);
      at.nowMs += 60 * dayMs;
      await remove();
      expect((await at.tenant.hooks()).map(({ id }) => id)).toEqual([live.id]);
    });
  });
};
