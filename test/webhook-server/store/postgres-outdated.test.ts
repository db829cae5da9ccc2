import { afterEach, expect } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import type { Database } from '../../../webhook-server/store/database.ts';
import { migrate } from '../../../webhook-server/store/postgres/migrate-postgres.ts';
import { createDatabase } from '../../../webhook-server/store/postgres/postgres-database.ts';
import { createPostgresStore } from '../../../webhook-server/store/postgres/postgres-store.ts';
import { sql } from '../../../webhook-server/store/sql.ts';
import { type Store, StoreError, StoreOutdated } from '../../../webhook-server/store/store.ts';
import { connectPostgres, newSchemaUrl, testPostgres } from '../../support/postgres.ts';
import { newHook } from '../../support/store-contract/store-bench.ts';

// What a server may still do once another one has changed the database under it.

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const open = async (url: string, keyCheck: string): Promise<Store> => {
  const store = await createPostgresStore(url);
  closers.push(() => store.close());
  await store.keyCheck(keyCheck);
  return store;
};

const openDatabase = async (url: string): Promise<Database> => {
  const { schemaNumber } = await migrate(url);
  const database = createDatabase(url, { notify: async () => {}, emit: () => {} }, schemaNumber);
  closers.push(() => database.close());
  return database;
};

const polling = { limit: 1, leaseMs: 60_000 };
const sending = { limit: 1, perHook: 8, leaseMs: 60_000, rateLimits: null };
const event = { eventId: 'evt_1', body: '{}' };

/** A store that has begun a poll and a delivery. */
const begin = async () => {
  const url = await newSchemaUrl();
  const store = await open(url, 'sealed with the old key');
  const tenant = store.tenant('org');
  await tenant.subscribe(newHook({ id: 'one' }));
  await tenant.sendTest('one', event);
  const [poll] = await store.work.claimPolls(polling);
  const [delivery] = await store.work.claimDeliveries(sending);
  if (poll === undefined || delivery === undefined) throw new Error('Nothing was due.');
  const { organizationId, lease } = poll;
  return {
    url,
    store,
    tenant,
    subscribe: () => tenant.subscribe(newHook({ id: 'two' })),
    settle: () =>
      store.work.settle([{ id: delivery.id, lease: delivery.lease, outcome: { kind: 'delivered' as const } }]),
    finishPoll: () =>
      store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false }),
  };
};

const stateOf = async (store: Store) => {
  const listing = await store.tenant('org').deliveries('one', { limit: 1 });
  return listing.kind === 'page' ? listing.deliveries[0]?.state : listing.kind;
};

testPostgres(
  'once everything is sealed anew a server with the old key settles what it has begun, and no more',
  async () => {
    const { url, store, tenant, subscribe, settle, finishPoll } = await begin();
    const next = await open(url, 'not stored');
    await next.replaceSealed((values) => ({ ...values, keyCheck: 'sealed with the new key' }));
    // This one checked its key before.
    await expect(next.tenant('org').subscribe(newHook({ id: 'three' }))).rejects.toThrow(StoreOutdated);
    const after = await open(url, 'not stored');

    await expect(subscribe()).rejects.toThrow(StoreOutdated);
    await expect(subscribe()).rejects.toThrow(/another ENCRYPTION_KEY.*start it again/i);
    await expect(tenant.hooks()).rejects.toThrow(StoreOutdated);
    await expect(store.work.claimPolls(polling)).rejects.toThrow(StoreOutdated);
    await expect(store.work.claimDeliveries(sending)).rejects.toThrow(StoreOutdated);
    await expect(store.work.progress()).rejects.toThrow(StoreOutdated);
    expect(await settle()).toEqual([{ kind: 'settled' }]);
    await finishPoll();
    expect(await store.outdated).toBeInstanceOf(StoreOutdated);

    expect(await stateOf(after)).toBe('delivered');
    expect((await after.tenant('org').hooks()).map(({ id }) => id)).toEqual(['one']);
    expect(await after.work.claimPolls(polling)).toHaveLength(1);
  },
);

testPostgres(
  'a server whose tables were changed for another version writes nothing more, not even outcomes',
  async () => {
    const { url, store, subscribe, settle, finishPoll } = await begin();
    const client = await connectPostgres(url);
    await client.query('insert into migration (number, done_at) select max(number) + 1, now() from migration');

    await expect(settle()).rejects.toThrow(StoreOutdated);
    await expect(store.work.closeEndNotice('one')).rejects.toThrow(StoreOutdated);
    await expect(finishPoll()).rejects.toThrow(StoreOutdated);
    await expect(subscribe()).rejects.toThrow(/changed for another version/);
    expect(await store.outdated).toBeInstanceOf(StoreOutdated);
    const { rows } = await client.query(
      `select (select count(*)::integer from hook) as hooks, (select state from delivery) as state,
            (select lease is not null from workspace) as is_polled`,
    );
    expect(rows).toEqual([{ hooks: 1, state: 'waiting', is_polled: true }]);
  },
);

testPostgres('a server of the version that changed the tables may go on with what it has begun', async () => {
  const { url, subscribe, settle } = await begin();
  await open(url, 'not stored');
  expect(await settle()).toEqual([{ kind: 'settled' }]);
  await subscribe();
});

testPostgres(
  'whoever changes everything is alone: what began before it ends first, and what comes later waits',
  async () => {
    const url = await newSchemaUrl();
    const [one, other] = [await openDatabase(url), await openDatabase(url)];
    const client = await connectPostgres(url);
    const waiting = async () => {
      const { rows } = await client.query(`
      select pid from pg_locks where locktype = 'advisory' and not granted and classid = 7464210
        and objid = (select hashtext(current_schema())::bigint & 4294967295)`);
      return rows.length;
    };
    const order: string[] = [];
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const { promise: hasBegun, resolve: begun } = Promise.withResolvers<void>();
    const first = one.transaction(async (run) => {
      begun();
      await mayEnd;
      await run.change(sql`select 1`);
      order.push('first');
    });
    await hasBegun;
    const alone = other.transaction(async () => void order.push('alone'), 'alone');
    await waitUntil('it waits to be alone', async () => (await waiting()) === 1);
    const later = one.transaction(async () => void order.push('later'));
    await waitUntil('the next one waits, too', async () => (await waiting()) === 2);
    end();
    await Promise.all([first, alone, later]);
    expect(order).toEqual(['first', 'alone', 'later']);
  },
);

testPostgres('sealing anew does not wait for a server that hangs: it is refused with a sentence', async () => {
  const url = await newSchemaUrl();
  const store = await open(url, 'sealed');
  const client = await connectPostgres(url);
  await client.query('begin; select prove((select max(number) from migration), null)');
  const attempt = store.replaceSealed((values) => ({ ...values, keyCheck: 'sealed anew' }));
  await expect(attempt).rejects.toThrow(/did not end its work in time.*stop the others first/);
  await expect(attempt).rejects.toThrow(StoreError);
  await client.query('commit');
  expect(await store.keyCheck('another')).toBe('sealed');
  // It is no reason to end.
  await store.tenant('org').subscribe(newHook({ id: 'one' }));
});

/** Puts an empty schema in the place of the one that the stores of this URL use. */
const empty = async (url: string): Promise<void> => {
  const client = await connectPostgres(url);
  const schema = /search_path=(\w+)/.exec(decodeURIComponent(url))?.[1];
  await client.query(`drop schema ${schema} cascade; create schema ${schema}`);
};

testPostgres('tables that are gone end the server with a sentence, whatever it does first', async () => {
  const calls: ((store: Store) => Promise<unknown>)[] = [
    (store) => store.tenant('org').subscribe(newHook({ id: 'one' })),
    (store) => store.tenant('org').hooks(),
    (store) => store.work.msUntilPoll(),
    (store) => store.work.settle([{ id: 'msg_1', lease: 'lease', outcome: { kind: 'delivered' } }]),
  ];
  for (const call of calls) {
    const url = await newSchemaUrl();
    const store = await open(url, 'sealed');
    await empty(url);
    await expect(call(store)).rejects.toThrow(/tables of the database are gone.*Restore a backup/);
    expect(await store.outdated).toBeInstanceOf(StoreOutdated);
    // The next start makes them anew, and this one does not go on there.
    const next = await open(url, 'sealed anew');
    await next.tenant('org').subscribe(newHook({ id: 'anew' }));
    await expect(store.tenant('org').hooks()).rejects.toThrow(StoreOutdated);
  }
});

testPostgres('a server does not go on in a database that another server has begun anew', async () => {
  const url = await newSchemaUrl();
  const store = await open(url, 'sealed');
  await empty(url);
  await open(url, 'sealed anew');
  await expect(store.tenant('org').subscribe(newHook({ id: 'one' }))).rejects.toThrow(
    /another database took the place/,
  );
});
