import { describe, expect, test } from '@jest/globals';
import type { Paces } from '../../../webhook-server/store/work-store.ts';
import { newHook, type StoreBench, seenMany } from './store-bench.ts';

const paces: Paces = { hook: { everyMs: 50, burst: 4 }, paceKey: { everyMs: 40, burst: 10 } };

/** The most times within any stretch of so many milliseconds, both ends included. */
const mostWithin = (times: readonly number[], stretchMs: number): number =>
  Math.max(...times.map((time) => times.filter((other) => other >= time && other <= time + stretchMs).length));

export const describePaces = (name: string, at: StoreBench): void => {
  const { walk, listen, claimDeliveries, msUntilDelivery, settle } = at;

  const queueFor = async (count: number, hooks: readonly { id: string; paceKey: string | null }[]) => {
    const [first, ...others] = hooks;
    await listen({ ...first });
    for (const hook of others) await at.tenant.subscribe(newHook(hook));
    await walk(seenMany(count, 'ada'));
    await walk(seenMany(count, 'grace', 1));
  };

  /** Lets two processes claim in turn for so long, and answers when each delivery was claimed. */
  const run = async (forMs: number) => {
    const claimed: { hookId: string; atMs: number }[] = [];
    const untilMs = at.nowMs + forMs;
    for (; at.nowMs < untilMs; at.nowMs += 5) {
      for (const _process of [1, 2]) {
        for (const claim of await claimDeliveries({ paces, limit: 5 })) {
          claimed.push({ hookId: claim.hookId, atMs: at.nowMs });
          await settle(claim);
        }
      }
    }
    return claimed;
  };

  describe(`${name}: paces`, () => {
    test('after a quiet time a burst may go, and then the hook waits by its resume_at', async () => {
      await queueFor(20, [{ id: 'a', paceKey: null }]);
      expect(await claimDeliveries({ paces })).toHaveLength(4);
      expect((await at.tenant.hooks())[0]?.resumeAtMs).toBe(at.nowMs + 50);
      expect(await msUntilDelivery()).toBe(50);
      expect(await claimDeliveries({ paces })).toEqual([]);
      at.nowMs += 50;
      expect(await claimDeliveries({ paces })).toHaveLength(1);
    });

    test('a hook that keeps below its pace never waits', async () => {
      await queueFor(3, [{ id: 'a', paceKey: null }]);
      expect(await claimDeliveries({ paces })).toHaveLength(3);
      expect((await at.tenant.hooks())[0]?.resumeAtMs).toBeLessThanOrEqual(at.nowMs);
    });

    test('in no second does a hook get more than its burst and its rate, whichever process claims', async () => {
      await queueFor(100, [{ id: 'a', paceKey: null }]);
      const times = (await run(4_000)).map(({ atMs }) => atMs);
      expect(mostWithin(times, 999)).toBeLessThanOrEqual(24);
      expect(times.length).toBeGreaterThanOrEqual(80);
    });

    test('the hooks of one user share a pace, in turn, also across organizations; another’s do not wait', async () => {
      await queueFor(60, [
        { id: 'a', paceKey: 'user' },
        { id: 'b', paceKey: 'user' },
        { id: 'c', paceKey: 'other' },
      ]);
      const claimed = await run(2_000);
      const ofUser = claimed.filter(({ hookId }) => hookId !== 'c');
      expect(
        mostWithin(
          ofUser.map(({ atMs }) => atMs),
          999,
        ),
      ).toBeLessThanOrEqual(10 + 25);
      const countOf = (id: string) => claimed.filter(({ hookId }) => hookId === id).length;
      expect(Math.abs(countOf('a') - countOf('b'))).toBeLessThanOrEqual(4);
      expect(countOf('c')).toBeGreaterThanOrEqual(40);
    });

    test('a target that is subscribed again takes the pace that it is subscribed with', async () => {
      const hook = newHook({ paceKey: null });
      await at.tenant.subscribe(hook);
      await at.tenant.subscribe({ ...hook, paceKey: 'user' });
      await at.tenant.subscribe(newHook({ paceKey: 'user' }));
      await walk([], { kind: 'baseline' });
      await walk(seenMany(10, 'ada'));
      await walk(seenMany(10, 'grace', 1));
      const narrow = { hook: { everyMs: 1, burst: 100 }, paceKey: { everyMs: 1_000, burst: 3 } };
      expect(await claimDeliveries({ paces: narrow })).toHaveLength(3);
    });
  });
};
