import { expect, test } from '@jest/globals';
import { createCleanUp } from '../../webhook-server/clean-up.ts';
import type { RemoveOutcome } from '../../webhook-server/store/work-store.ts';
import { keepLog } from '../support/keep-log.ts';

const retention = { eventMs: 1, deliveryMs: 2, deadDeliveryMs: 3, hookMs: 4 };

/** A store with so much to remove, whose lease another process takes after so many batches. */
const storeWith = (rows: number, batchesUntilLost = Number.POSITIVE_INFINITY) => {
  const seen = { batches: [] as number[], finished: [] as number[], left: rows };
  return {
    seen,
    claimCleanUp: async () => 'lease',
    async removeExpired({ limit }: { limit: number }): Promise<RemoveOutcome> {
      if (seen.batches.length >= batchesUntilLost) return { kind: 'lease lost' };
      const count = Math.min(limit, seen.left);
      seen.left -= count;
      seen.batches.push(count);
      return { kind: 'removed', count };
    },
    async finishCleanUp({ againInMs }: { againInMs: number }) {
      seen.finished.push(againInMs);
    },
    msUntilCleanUp: async () => 0,
  };
};

const { signal } = new AbortController();

test('it removes batch by batch until nothing is left, and runs again in an hour', async () => {
  const store = storeWith(450);
  const cleanUp = createCleanUp({ store, retention, log: keepLog() });
  expect(await cleanUp.claim()).toEqual(['lease']);
  await cleanUp.run('lease', signal);
  expect(store.seen).toEqual({ batches: [200, 200, 50], finished: [3_600_000], left: 0 });
});

test('it stops when another process has taken over', async () => {
  const store = storeWith(1_000, 2);
  await createCleanUp({ store, retention, log: keepLog() }).run('lease', signal);
  expect(store.seen).toMatchObject({ batches: [200, 200], finished: [] });
});

test('a server that stops leaves the rest to the next server at once', async () => {
  const store = storeWith(1_000);
  await createCleanUp({ store, retention, log: keepLog() }).run('lease', AbortSignal.abort());
  expect(store.seen).toEqual({ batches: [], finished: [0], left: 1_000 });
});
