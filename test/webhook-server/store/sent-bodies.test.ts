import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { dayMs, leaseMs, newHook, seen } from '../../support/store-contract/store-bench.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const retention = { eventMs: dayMs, deliveryMs: dayMs, deadDeliveryMs: 90 * dayMs, hookMs: dayMs };

test('what several deliveries send is stored once, until the last of them is gone', async () => {
  const path = join(tempFolder(), 'store.sqlite');
  let nowMs = Date.parse('2026-03-02T09:00:00Z');

  const withStore = async <Result>(work: (store: ReturnType<typeof createSqliteStore>) => Promise<Result>) => {
    const store = createSqliteStore(path, () => nowMs);
    return work(store).finally(() => store.close());
  };
  /** How many deliveries each stored text has. */
  const uses = () => {
    const database = new SqliteDatabase(path, { readonly: true });
    const rows = database.prepare<[], { uses: number }>('select uses from sent_body').all();
    const own = database.prepare<[], { body: string }>(`select body from delivery where body <> ''`).all();
    database.close();
    return { shared: rows.map((row) => row.uses), own: own.length };
  };
  const removeOld = async () => {
    nowMs += 2 * dayMs;
    await withStore(async ({ work }) => {
      const lease = (await work.claimCleanUp({ leaseMs })) ?? '';
      await work.removeExpired({ lease, leaseMs, retention, limit: 100 });
      await work.finishCleanUp({ lease, againInMs: 0 });
    });
  };
  const deliver = (perHook: number, limit: number) =>
    withStore(async ({ work }) => {
      const claims = await work.claimDeliveries({ limit, perHook, leaseMs, rateLimits: null });
      await work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome: { kind: 'delivered' } as const })));
      return claims.map(({ body }) => JSON.parse(body).task.id);
    });

  await withStore(async (store) => {
    for (const id of ['one', 'two', 'three']) {
      const filters = id === 'three' ? { new_assignee_ids: ['00000000-0000-4000-8000-000000000000'] } : {};
      await store.tenant('org').subscribe(newHook({ id, targetHash: id, filters }));
    }
    for (const [second, kind] of [
      [0, 'baseline'],
      [1, 'incremental'],
    ] as const) {
      const [claim] = await store.work.claimPolls({ limit: 1, leaseMs });
      if (claim === undefined) throw new Error('No workspace is due.');
      const rows = [
        seen('t1', second === 0 ? 'ada' : 'grace', second),
        seen('t2', second === 0 ? 'ada' : null, second),
      ];
      const scan = {
        id: `scan-${second}`,
        kind,
        isSilent: false,
        startedAtMs: nowMs,
        topUs: null,
        floorUs: null,
        rowsRead: 0,
        totalRows: 2,
        cursor: null,
      };
      const { organizationId, lease } = claim;
      await store.work.recordPage({ organizationId, lease, rows, scan, end: { watermark: null } }, { leaseMs });
      await store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false });
    }
  });
  expect(uses()).toEqual({ shared: [2, 2], own: 0 });

  expect(await deliver(1, 2)).toEqual(['t1', 't1']);
  await removeOld();
  expect(uses()).toEqual({ shared: [2], own: 0 });
  expect(await deliver(1, 1)).toEqual(['t2']);
  await removeOld();
  expect(uses()).toEqual({ shared: [1], own: 0 });
  expect(await deliver(1, 1)).toEqual(['t2']);
  await removeOld();
  expect(uses()).toEqual({ shared: [], own: 0 });
});
