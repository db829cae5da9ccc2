import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect } from '@jest/globals';
import { createRandom, drawInteger, drawOne } from '../../../dev/sandbox/random.ts';
import { createPostgresStore } from '../../../webhook-server/store/postgres/postgres-store.ts';
import { usualQuotas } from '../../../webhook-server/store/quotas.ts';
import type { Store } from '../../../webhook-server/store/store.ts';
import type { DeliveryOutcome, Scan } from '../../../webhook-server/store/work-store.ts';
import { connectPostgres, newSchemaUrl, testPostgres } from '../../support/postgres.ts';
import { newHook, seen } from '../../support/store-contract/store-bench.ts';

// Stores that work at the same time on one database, as several processes do, on its real clock.

const leaseMs = 60_000;

const stores: Store[] = [];
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

const openStores = async (count: number): Promise<{ url: string; opened: Store[] }> => {
  const url = await newSchemaUrl();
  const opened = await Promise.all(Array.from({ length: count }, () => createPostgresStore(url)));
  stores.push(...opened);
  return { url, opened };
};

const scan = (kind: Scan['kind']): Scan => ({
  id: crypto.randomUUID(),
  kind,
  isSilent: false,
  startedAtMs: Date.now(),
  topUs: 0,
  floorUs: null,
  rowsRead: 0,
  totalRows: 0,
  cursor: null,
});

type Row = ReturnType<typeof seen>;

/** Polls one workspace that is due, and answers how many changes it saw; undefined when another store has it. */
const poll = async (store: Store, rowsOf: (organizationId: string) => Row[]): Promise<number | undefined> => {
  const [claim] = await store.work.claimPolls({ limit: 1, leaseMs });
  if (claim === undefined) return undefined;
  const { organizationId, lease, isBaselined, isSilent } = claim;
  const page = {
    organizationId,
    lease,
    rows: rowsOf(organizationId),
    scan: { ...scan(isBaselined ? 'incremental' : 'baseline'), isSilent },
    end: { watermark: null },
  };
  const outcome = await store.work.recordPage(page, { leaseMs });
  await store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false });
  return outcome.kind === 'recorded' ? outcome.detected.length : undefined;
};

const many = (count: number, assigneeId: string, second: number) =>
  Array.from({ length: count }, (_, index) => seen(`t${index}`, assigneeId, second, { sequence_id: `s${index}` }));

const queue = async (store: Store, hookIds: readonly string[], count: number) => {
  for (const id of hookIds) await store.tenant('org').subscribe(newHook({ id }));
  await poll(store, () => many(count, 'ada', 0));
  expect(await poll(store, () => many(count, 'grace', 1))).toBe(count);
};

testPostgres('each delivery is claimed by one store, and no hook has more under way than its share', async () => {
  const { opened } = await openStores(4);
  const hookIds = ['a', 'b', 'c'];
  await queue(drawOne(createRandom(1), opened), hookIds, 50);
  const random = createRandom(2);
  const claimed: string[] = [];
  const underWay = new Map<string, number>(hookIds.map((id) => [id, 0]));
  const shares = new Map<Store, number>();
  let most = 0;

  const work = async (store: Store): Promise<void> => {
    while (claimed.length < 150) {
      const claims = await store.work.claimDeliveries({ limit: 20, perHook: 3, leaseMs, rateLimits: null });
      for (const { id, hookId } of claims) {
        claimed.push(id);
        underWay.set(hookId, (underWay.get(hookId) ?? 0) + 1);
        most = Math.max(most, underWay.get(hookId) ?? 0);
      }
      shares.set(store, (shares.get(store) ?? 0) + claims.length);
      await delay(random() * 5);
      for (const { hookId } of claims) underWay.set(hookId, (underWay.get(hookId) ?? 0) - 1);
      await store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome: { kind: 'delivered' } })));
    }
  };
  await Promise.all(opened.map(work));

  expect(claimed).toHaveLength(150);
  expect(new Set(claimed).size).toBe(150);
  expect(most).toBe(3);
  for (const share of shares.values()) expect(share).toBeGreaterThan(0);
});

testPostgres(
  'hooks whose share is under way keep none of the others from its turn, however many they are',
  async () => {
    const store = await createPostgresStore(await newSchemaUrl(), { ...usualQuotas, hooks: 2_000 });
    stores.push(store);
    const hookIds = Array.from({ length: 1_050 }, (_, index) => `hook-${index}`);
    await queue(store, hookIds, 1);
    const claimed = new Set<string>();
    for (let claims = 0; claims < 8; claims += 1) {
      const taken = await store.work.claimDeliveries({ limit: 1_000, perHook: 1, leaseMs, rateLimits: null });
      for (const { hookId } of taken) claimed.add(hookId);
    }
    expect(claimed.size).toBe(hookIds.length);
  },
);

testPostgres('stores that claim at the same time keep the pace of a hook and of a user together', async () => {
  const { opened } = await openStores(4);
  const [first] = opened;
  const rateLimitKey = 'user';
  await first?.tenant('org').subscribe(newHook({ id: 'a', rateLimitKey }));
  await first?.tenant('org').subscribe(newHook({ id: 'b', rateLimitKey }));
  await queue(drawOne(createRandom(1), opened), ['alone'], 100);
  const rateLimits = { hook: { everyMs: 20, burst: 3 }, user: { everyMs: 25, burst: 5 } };
  const countOf = new Map<string, number>();

  const startMs = performance.now();
  const work = async (store: Store): Promise<void> => {
    while (performance.now() - startMs < 1_500) {
      const claims = await store.work.claimDeliveries({ limit: 5, perHook: 100, leaseMs, rateLimits });
      for (const { hookId } of claims) countOf.set(hookId, (countOf.get(hookId) ?? 0) + 1);
      await store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome: { kind: 'delivered' } })));
    }
  };
  await Promise.all(opened.map(work));
  const tookMs = performance.now() - startMs;

  const ofUser = (countOf.get('a') ?? 0) + (countOf.get('b') ?? 0);
  expect(countOf.get('alone')).toBeLessThanOrEqual(Math.min(100, 3 + tookMs / 20));
  expect(ofUser).toBeLessThanOrEqual(5 + tookMs / 25);
  expect(countOf.get('alone')).toBeGreaterThan(3);
  expect(ofUser).toBeGreaterThan(5);
});

testPostgres('whatever happens at the same time, no call fails, and nothing is left half done', async () => {
  const { url, opened } = await openStores(3);
  const random = createRandom(20_261_124);
  const organizationIds = ['one', 'two'];
  const tasks = Array.from({ length: 12 }, (_, index) => `t${index}`);
  const seconds = new Map<string, number>();
  const failed = { reason: 'it failed', certainty: 'refused', afterMs: 0 } as const;
  const outcomes: DeliveryOutcome[] = [
    { kind: 'delivered' },
    { kind: 'gone' },
    { kind: 'retry', ...failed },
    { kind: 'dead', ...failed },
  ];

  const rowsOf = (organizationId: string) => {
    const second = (seconds.get(organizationId) ?? 0) + 1;
    seconds.set(organizationId, second);
    return tasks.map((id, index) =>
      seen(id, drawOne(random, ['ada', 'grace', 'hedy']), second, { sequence_id: `s${index % 3}` }),
    );
  };
  const claimOptions = { limit: 6, perHook: 8, leaseMs, rateLimits: null };
  const deeds: ((store: Store, organizationId: string) => Promise<unknown>)[] = [
    (store) => poll(store, rowsOf),
    (store) => poll(store, rowsOf),
    (store, organizationId) =>
      store.tenant(organizationId).subscribe(newHook({ targetHash: `target ${drawInteger(random, 0, 4)}` })),
    async (store, organizationId) => {
      const hooks = await store.tenant(organizationId).hooks();
      const live = hooks.filter(({ ended }) => ended === null);
      if (live.length > 1) await store.tenant(organizationId).endHook(drawOne(random, live).id);
    },
    async (store) => {
      const claims = await store.work.claimDeliveries(claimOptions);
      await store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome: drawOne(random, outcomes) })));
    },
    async (store) => {
      const claims = await store.work.claimDeliveries(claimOptions);
      await store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome: { kind: 'delivered' } })));
    },
    async (store, organizationId) => {
      const id = crypto.randomUUID();
      const tenant = store.tenant(organizationId);
      await tenant.announce([{ id, task_id: drawOne(random, tasks), assignee_user_id: 'grace', scope: 'SEQUENCE' }]);
      await tenant.settleIntent(id, { state: 'done', updatedAtUs: null });
    },
    async (store, organizationId) => {
      const [hook] = await store.tenant(organizationId).hooks();
      if (hook === undefined) return;
      await store.tenant(organizationId).recoverDeliveries(hook.id, { sinceMs: 0, limit: 3 });
    },
    (store, organizationId) => store.tenant(organizationId).renewKey({ sealedKey: 'other', keyHash: 'other' }),
    (store, organizationId) =>
      store.tenant(organizationId).namePeople([
        { user_id: 'grace', name: 'Grace', email: null },
        { user_id: 'ada', name: 'Ada', email: null },
      ]),
    (store) => store.work.claimEndNotices({ limit: 2, againInMs: 0, mostAttempts: 3 }),
    async (store) => {
      const lease = await store.work.claimCleanUp({ leaseMs });
      if (lease === undefined) return;
      const retention = { eventMs: 500, deliveryMs: 500, deadDeliveryMs: 500, hookMs: 500 };
      await store.work.removeExpired({ lease, leaseMs, retention, limit: 50 });
      await store.work.finishCleanUp({ lease, againInMs: 0 });
    },
  ];

  const errors: unknown[] = [];
  let done = 0;
  const untilMs = performance.now() + 5_000;
  const work = async (store: Store): Promise<void> => {
    while (performance.now() < untilMs) {
      await drawOne(random, deeds)(store, drawOne(random, organizationIds)).catch((error: unknown) =>
        errors.push(error),
      );
      done += 1;
    }
  };
  await Promise.all(opened.flatMap((store) => [work(store), work(store), work(store)]));

  expect(errors).toEqual([]);
  expect(done).toBeGreaterThan(200);
  const client = await connectPostgres(url);
  const { rows } = await client.query(`
    select
      (select count(*) from delivery join hook on hook.id = hook_id where ended_at_ms is not null and state = 'waiting')
        as waiting_for_ended,
      (select count(*) from workspace
       where (sealed_key is not null) <> (asked_at_ms is not null or exists (
         select 1 from hook where hook.organization_id = workspace.organization_id and ended_at_ms is null)))
        as keys_of_nobody,
      (select count(*) from delivery where state <> 'waiting' and settled_at_ms is null) as never_settled`);
  expect(rows).toEqual([{ waiting_for_ended: '0', keys_of_nobody: '0', never_settled: '0' }]);
});
