import { describe, expect, test } from '@jest/globals';
import type { RateLimits } from '../../../webhook-server/store/work-store.ts';
import { newHook, type StoreBench, seenMany } from './store-bench.ts';

const rateLimits: RateLimits = { hook: { everyMs: 50, burst: 4 }, user: { everyMs: 40, burst: 10 } };

/** The most times within any stretch of so many milliseconds, both ends included. */
const mostWithin = (times: readonly number[], stretchMs: number): number =>
  Math.max(...times.map((time) => times.filter((other) => other >= time && other <= time + stretchMs).length));

export const describeRateLimits = (name: string, at: StoreBench): void => {
  const { scan, listen, claimDeliveries, msUntilDelivery, settle } = at;

  const queueFor = async (count: number, hooks: readonly { id: string; rateLimitKey: string | null }[]) => {
    const [first, ...others] = hooks;
    await listen({ ...first });
    for (const hook of others) await at.tenant.subscribe(newHook(hook));
    await scan(seenMany(count, 'ada'));
    await scan(seenMany(count, 'grace', 1));
  };

  /** Lets two processes claim in turn for so long, and answers when each delivery was claimed. */
  const run = async (forMs: number) => {
    const claimed: { hookId: string; atMs: number }[] = [];
    const untilMs = at.nowMs + forMs;
    for (; at.nowMs < untilMs; at.nowMs += 5) {
      for (const _process of [1, 2]) {
        for (const claim of await claimDeliveries({ rateLimits, limit: 5 })) {
          claimed.push({ hookId: claim.hookId, atMs: at.nowMs });
          await settle(claim);
        }
      }
    }
    return claimed;
  };

  describe(`${name}: rateLimits`, () => {
    test('after a quiet time a burst may go, and then the hook waits by its resume_at', async () => {
      await queueFor(20, [{ id: 'a', rateLimitKey: null }]);
      expect(await claimDeliveries({ rateLimits })).toHaveLength(4);
      expect((await at.tenant.hooks())[0]?.resumeAtMs).toBe(at.nowMs + 50);
      expect(await msUntilDelivery()).toBe(50);
      expect(await claimDeliveries({ rateLimits })).toEqual([]);
      at.nowMs += 50;
      expect(await claimDeliveries({ rateLimits })).toHaveLength(1);
    });

    test('a hook that keeps below its pace never waits', async () => {
      await queueFor(3, [{ id: 'a', rateLimitKey: null }]);
      expect(await claimDeliveries({ rateLimits })).toHaveLength(3);
      expect((await at.tenant.hooks())[0]?.resumeAtMs).toBeLessThanOrEqual(at.nowMs);
    });

    test('in no second does a hook get more than its burst and its rate, whichever process claims', async () => {
      await queueFor(100, [{ id: 'a', rateLimitKey: null }]);
      const times = (await run(4_000)).map(({ atMs }) => atMs);
      expect(mostWithin(times, 999)).toBeLessThanOrEqual(24);
      expect(times.length).toBeGreaterThanOrEqual(80);
    });

    test('the hooks of one user share a pace, in turn, also across organizations; another’s do not wait', async () => {
      await queueFor(60, [
        { id: 'a', rateLimitKey: 'user' },
        { id: 'b', rateLimitKey: 'user' },
        { id: 'c', rateLimitKey: 'other' },
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
      const hook = newHook({ rateLimitKey: null });
      await at.tenant.subscribe(hook);
      await at.tenant.subscribe({ ...hook, rateLimitKey: 'user' });
      await at.tenant.subscribe(newHook({ rateLimitKey: 'user' }));
      await scan([], { kind: 'baseline' });
      await scan(seenMany(10, 'ada'));
      await scan(seenMany(10, 'grace', 1));
      const narrow = { hook: { everyMs: 1, burst: 100 }, user: { everyMs: 1_000, burst: 3 } };
      expect(await claimDeliveries({ rateLimits: narrow })).toHaveLength(3);
    });
  });
};
