import { describe, expect, test } from '@jest/globals';
import { attemptsKept } from '../../../webhook-server/store/rules.ts';
import type { DeliverySearch } from '../../../webhook-server/store/tenant-store.ts';
import type { DeliveryOutcome } from '../../../webhook-server/store/work-store.ts';
import { type StoreBench, seen, seenMany } from './store-bench.ts';

const retry: DeliveryOutcome = { kind: 'retry', afterMs: 5_000, reason: 'it failed', certainty: 'refused' };
const dead: DeliveryOutcome = { kind: 'dead', afterMs: 0, reason: 'no answer came', certainty: 'ambiguous' };

export const describeAttempts = (name: string, at: StoreBench): void => {
  const { scan, listen, claimDelivery, claimDeliveries } = at;

  const attempt = async (outcome: DeliveryOutcome, took: { durationMs: number; status: number | null }) => {
    const { id, lease } = await claimDelivery();
    await at.store.work.settle([{ id, lease, outcome, took }]);
    return id;
  };

  const search = async (change: Partial<DeliverySearch> = {}) => {
    const found = await at.tenant.searchDeliveries({ limit: 10, ...change });
    return found?.deliveries.map(({ id }) => id);
  };

  describe(`${name}: attempts`, () => {
    test('each attempt of a delivery is kept, with its time, what it took and what came of it', async () => {
      await listen();
      const beganAtMs = at.nowMs;
      await scan([seen('t1', 'grace', 1)]);
      const id = await attempt(retry, { durationMs: 120, status: 500 });
      expect(await at.tenant.delivery(id)).toMatchObject({ state: 'waiting', nextAttemptAtMs: beganAtMs + 5_000 });
      at.nowMs += 5_000;
      await attempt(
        { ...retry, reason: 'it was cut off', certainty: 'ambiguous' },
        { durationMs: 30_000, status: null },
      );
      at.nowMs += 5_000;
      await attempt({ kind: 'delivered' }, { durationMs: 80, status: 200 });
      expect(await at.tenant.delivery(id)).toMatchObject({
        id,
        state: 'delivered',
        attempts: 3,
        nextAttemptAtMs: null,
        attemptsMade: [
          { number: 1, atMs: beganAtMs, durationMs: 120, status: 500, outcome: 'refused', reason: 'it failed' },
          {
            number: 2,
            atMs: beganAtMs + 5_000,
            durationMs: 30_000,
            status: null,
            outcome: 'ambiguous',
            reason: 'it was cut off',
          },
          { number: 3, atMs: beganAtMs + 10_000, durationMs: 80, status: 200, outcome: 'delivered', reason: null },
        ],
      });
      expect(await at.store.tenant('another').delivery(id)).toBeUndefined();
    });

    test('an attempt whose lease was lost leaves no trace', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      const { id, lease } = await claimDelivery();
      for (const outcome of [{ kind: 'delivered' as const }, retry]) {
        await at.store.work.settle([{ id, lease: `not ${lease}`, outcome, took: { durationMs: 1, status: 200 } }]);
      }
      expect((await at.tenant.delivery(id))?.attemptsMade).toEqual([]);
    });

    test('of very many attempts the first are kept, and the one that settled it', async () => {
      await listen();
      await scan([seen('t1', 'grace', 1)]);
      for (let number = 1; number <= attemptsKept + 1; number += 1) {
        await attempt({ ...retry, afterMs: 1_000 }, { durationMs: 1, status: 429 });
        at.nowMs += 1_000;
      }
      const id = await attempt(dead, { durationMs: 1, status: null });
      const numbers = (await at.tenant.delivery(id))?.attemptsMade.map(({ number }) => number) ?? [];
      expect(numbers).toHaveLength(attemptsKept);
      expect(numbers.at(-2)).toBe(attemptsKept - 1);
      expect(numbers.at(-1)).toBe(attemptsKept + 2);
    });

    test('deliveries are found across hooks, by state, answer, hook and time, newest first', async () => {
      const hook = await listen();
      await scan(seenMany(4, 'ada'));
      const madeAtMs = at.nowMs;
      await scan(seenMany(4, 'grace', 1));
      const claims = await claimDeliveries();
      const [delivered = '', refused = '', waiting = '', failed = ''] = claims.map(({ id }) => id);
      const leaseOf = new Map(claims.map(({ id, lease }) => [id, lease]));
      const settle = (id: string, outcome: DeliveryOutcome, status: number | null) =>
        at.store.work.settle([{ id, lease: leaseOf.get(id) ?? '', outcome, took: { durationMs: 1, status } }]);
      await settle(delivered, { kind: 'delivered' }, 200);
      await settle(refused, { ...dead, certainty: 'refused' }, 418);
      await settle(waiting, retry, 503);
      await settle(failed, dead, null);

      expect((await search())?.toSorted()).toEqual([delivered, refused, waiting, failed].toSorted());
      expect(await search({ state: 'delivered' })).toEqual([delivered]);
      expect(await search({ status: 200 })).toEqual([delivered]);
      expect(await search({ status: 418 })).toEqual([refused]);
      expect(await search({ state: 'waiting' })).toEqual([waiting]);
      expect((await search({ state: 'dead' }))?.toSorted()).toEqual([refused, failed].toSorted());
      expect(await search({ state: 'dead', status: 418, hookId: hook.id })).toEqual([refused]);
      expect(await search({ hookId: 'hok_another' })).toEqual([]);
      for (const hookId of [undefined, hook.id]) {
        expect(await search({ hookId, sinceMs: madeAtMs, untilMs: madeAtMs + 1 })).toHaveLength(4);
        expect(await search({ hookId, sinceMs: madeAtMs + 1 })).toEqual([]);
        expect(await search({ hookId, untilMs: madeAtMs })).toEqual([]);
        const [first = '', ...others] = (await search({ hookId })) ?? [];
        expect(await search({ hookId, before: first })).toEqual(others);
      }
      expect(await search({ before: 'msg_unknown' })).toBeUndefined();
      expect(await at.store.tenant('another').searchDeliveries({ limit: 10 })).toEqual({
        deliveries: [],
        hasMore: false,
      });
    });
  });
};
