import { describe, expect, test } from '@jest/globals';
import { hourMs, newHook, type StoreBench, seen } from './store-bench.ts';

export const describeEndNotices = (name: string, at: StoreBench): void => {
  const { scan, listen, claimDelivery, msUntilDelivery, settle } = at;
  const claimEndNotices = () => at.store.work.claimEndNotices({ limit: 10, againInMs: hourMs, mostAttempts: 3 });
  const retry = { kind: 'retry', afterMs: 0, reason: 'it failed', certainty: 'refused' } as const;

  const endByFailure = async (targetHash = 'target') => {
    const hook = await listen({ targetHash });
    await scan([seen('t1', 'grace', 1)]);
    await settle(await claimDelivery(), retry);
    at.nowMs += 72 * hourMs;
    expect(await settle(await claimDelivery(), retry)).toEqual({ kind: 'ended', reason: 'failing' });
    return hook;
  };

  describe(`${name}: farewells`, () => {
    test('the target of a hook that we have ended is to be told so, again until it has heard', async () => {
      const hook = await endByFailure();
      expect(await msUntilDelivery()).toBe(0);
      expect(await claimEndNotices()).toEqual([
        { hookId: hook.id, sealedTarget: hook.sealedTarget, reason: 'failing', attempt: 1 },
      ]);
      expect(await claimEndNotices()).toEqual([]);
      expect(await msUntilDelivery()).toBe(hourMs);
      at.nowMs += hourMs;
      expect(await claimEndNotices()).toMatchObject([{ attempt: 2 }]);
      await at.store.work.closeEndNotice(hook.id);
      expect(await msUntilDelivery()).toBeUndefined();
      at.nowMs += hourMs;
      expect(await claimEndNotices()).toEqual([]);
    });

    test('and not for ever', async () => {
      await endByFailure();
      for (const attempt of [1, 2, 3]) {
        expect(await claimEndNotices()).toMatchObject([{ attempt }]);
        at.nowMs += hourMs;
      }
      expect(await claimEndNotices()).toEqual([]);
      expect(await msUntilDelivery()).toBeUndefined();
    });

    test('a target that is subscribed again is not told that its earlier hook has ended', async () => {
      await endByFailure('target');
      await at.tenant.subscribe(newHook({ targetHash: 'target' }));
      expect(await claimEndNotices()).toEqual([]);
    });

    test('who unsubscribed, and who is gone, is told nothing', async () => {
      const unsubscribed = await listen();
      await at.tenant.subscribe(newHook());
      await scan([seen('t1', 'grace', 1)]);
      await at.tenant.endHook(unsubscribed.id);
      await settle(await claimDelivery(), { kind: 'gone' });
      expect((await at.tenant.hooks()).map(({ ended }) => ended?.reason).sort()).toEqual(['gone', 'unsubscribed']);
      expect(await claimEndNotices()).toEqual([]);
    });
  });
};
