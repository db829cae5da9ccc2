import { expect, test } from '@jest/globals';
import type { RateLimits } from '../../../webhook-server/store/work-store.ts';
import { everyStore } from '../../support/every-store.ts';
import { newHook } from '../../support/store-contract/store-bench.ts';

const everyMs = 40;
const rateLimits: RateLimits = { hook: { everyMs: 1, burst: 100 }, user: { everyMs, burst: 1 } };
const deliveriesPerHook = 3;

for (const { name, describe, begin } of everyStore) {
  describe(`fair shares over ${name}`, () => {
    const open = async () => {
      let nowMs = Date.parse('2026-03-02T09:00:00Z');
      const store = await (await begin()).open(() => nowMs);

      /** Lets something wait for a new hook of an organization. */
      const queueAt = async (organizationId: string, rateLimitKey: string | null): Promise<string> => {
        const tenant = store.tenant(organizationId);
        const { id } = await tenant.subscribe(newHook({ rateLimitKey }));
        for (let event = 0; event < deliveriesPerHook; event += 1) {
          await tenant.sendTest(id, { eventId: `evt_${id}_${event}`, body: '{}' });
        }
        return id;
      };

      /** Claims and delivers what the rate lets through by the next moment. */
      const claim = async (limits: RateLimits | null): Promise<string[]> => {
        nowMs += everyMs;
        const claims = await store.work.claimDeliveries({ limit: 5, perHook: 8, leaseMs: 45_000, rateLimits: limits });
        const outcome = { kind: 'delivered' } as const;
        await store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome })));
        return claims.map(({ hookId }) => hookId);
      };
      return { store, queueAt, claim };
    };

    test('organizations that name the same user get equal shares of its pace, however many hooks one of them has', async () => {
      const { store, queueAt, claim } = await open();
      for (let hooks = 0; hooks < 30; hooks += 1) await queueAt('crowd', 'user');
      expect([...(await claim(rateLimits)), ...(await claim(rateLimits))]).toHaveLength(2);
      const alone = await queueAt('org', 'user');
      const turns: boolean[] = [];
      for (let turn = 0; turn < 6; turn += 1) turns.push((await claim(rateLimits)).includes(alone));
      expect(turns).toEqual([true, false, true, false, true, false]);
      await store.close();
    });

    test('three organizations take turns, and one that has nothing more is passed over', async () => {
      const { store, queueAt, claim } = await open();
      const owner = new Map<string, string>();
      for (const organizationId of ['a', 'b', 'c', 'c', 'c']) {
        owner.set(await queueAt(organizationId, 'user'), organizationId);
      }
      const turns: string[] = [];
      for (let turn = 0; turn < 12; turn += 1) {
        for (const hookId of await claim(rateLimits)) turns.push(owner.get(hookId) ?? '');
      }
      expect(turns.join('')).toBe('abcabcabcccc');
      await store.close();
    });

    test('each claim has room for every organization, however many hooks of one are due', async () => {
      const { store, queueAt, claim } = await open();
      for (let hooks = 0; hooks < 10; hooks += 1) await queueAt('crowd', null);
      const alone = await queueAt('org', null);
      expect(await claim(null)).toContain(alone);
      await store.close();
    });
  });
}
