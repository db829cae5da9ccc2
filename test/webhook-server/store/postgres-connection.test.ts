import { afterEach, expect } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createPostgresStore } from '../../../webhook-server/store/postgres/postgres-store.ts';
import { type Store, StoreError } from '../../../webhook-server/store/store.ts';
import type { NewHook } from '../../../webhook-server/store/tenant-store.ts';
import { startBreakableProxy } from '../../support/breakable-proxy.ts';
import { connectPostgres, newSchemaUrl, testPostgres } from '../../support/postgres.ts';
import { startHttp } from '../../support/started-http.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A new schema, and the way to it through a cable that can be cut. */
const newCable = async () => {
  const url = await newSchemaUrl();
  const { hostname: host, port } = new URL(url);
  const cable = await startBreakableProxy({ host, port: Number(port) });
  const throughCable = new URL(url);
  throughCable.port = String(cable.port);
  return { url, cable, throughCable: throughCable.href };
};

const open = async (url: string): Promise<Store> => {
  const store = await createPostgresStore(url);
  closers.push(() => store.close());
  return store;
};

const hook = (id: string): NewHook => ({
  id,
  targetHash: `target of ${id}`,
  rateLimitKey: null,
  secretHash: `secret of ${id}`,
  sealedTarget: '',
  sealedSecret: '',
  sealedKey: 'key',
  keyHash: 'key-hash',
  filters: {},
  oncePer: 'task',
  bringsNeededKey: false,
});

testPostgres('while the database cannot be reached callers hear 503, and then all is as before', async () => {
  const { cable, throughCable } = await newCable();
  const server = await startHttp({ openStore: () => createPostgresStore(throughCable) });
  closers.push(server.close);
  const subscribe = () =>
    server.call('POST', '/hooks', server.keys.full, {
      target_url: 'https://hooks.zapier.com/hooks/standard/1/a/',
      event: 'task.reassigned',
    });
  const { status, json } = await subscribe();
  expect(status).toBe(201);

  cable.cut();
  const events = await server.call('GET', '/events', server.keys.full);
  expect(events).toMatchObject({ status: 503, json: { error: { code: 'unavailable' } } });
  expect(events.json.error.message).toMatch(/cannot use its database.*Try again/);
  expect((await subscribe()).status).toBe(503);

  cable.mend();
  const again = await subscribe();
  expect(again).toMatchObject({ status: 200, json: { id: json.id } });
  expect((await server.call('GET', '/events', server.keys.full)).status).toBe(200);
});

testPostgres('a process hears of work that another one has made, also after its connection was lost', async () => {
  const { url, cable, throughCable } = await newCable();
  const hearing = await open(throughCable);
  const other = await open(url);
  const heard: string[] = [];
  hearing.work.onWork('poll', () => heard.push('poll'));
  hearing.work.onWork('deliver', () => heard.push('deliver'));

  await other.tenant('org').subscribe(hook('first'));
  await waitUntil('it was heard', () => heard.length > 0);
  expect(heard).toEqual(['poll']);

  cable.cut();
  await other.tenant('org').subscribe(hook('second'));
  cable.mend();
  // What it missed may have been anything.
  await waitUntil('the listener is back', () => heard.length >= 3);
  expect(heard.toSorted()).toEqual(['deliver', 'poll', 'poll']);

  await other.tenant('org').subscribe(hook('third'));
  await waitUntil('it was heard', () => heard.length >= 4);
  expect(heard.at(-1)).toBe('poll');
});

testPostgres('what happens in another schema of the database wakes nobody', async () => {
  const hearing = await open(await newSchemaUrl());
  const foreign = await open(await newSchemaUrl());
  const heard: string[] = [];
  hearing.work.onWork('poll', () => heard.push('poll'));
  await foreign.tenant('org').subscribe(hook('foreign'));
  // Notifications come in the order of their commits: a later one of its own would come after.
  await hearing.tenant('org').subscribe(hook('own'));
  expect(heard).toEqual(['poll']);
});

testPostgres('a connection that is lost in the middle of a transaction leaves nothing of it behind', async () => {
  const { url, cable, throughCable } = await newCable();
  const store = await open(throughCable);
  const witness = await open(url);
  const client = await connectPostgres(url);

  // The hook's row waits for this lock, after the workspace's has been written.
  await client.query('begin; lock table hook in access exclusive mode');
  const failed = store
    .tenant('org')
    .subscribe(hook('lost'))
    .catch((thrown: unknown) => thrown);
  await waitUntil('the call waits for the lock', async () => {
    const { rows } = await client.query(`select 1 from pg_locks where relation = 'hook'::regclass and not granted`);
    return rows.length > 0;
  });
  cable.cut();
  expect(await failed).toBeInstanceOf(StoreError);
  await client.query('commit');
  await waitUntil('the database has given the call up', async () => {
    const { rows } = await client.query(`select 1 from pg_locks where relation = 'hook'::regclass`);
    return rows.length === 0;
  });
  expect(await witness.tenant('org').hooks()).toEqual([]);
  expect(await witness.work.claimPolls({ limit: 1, leaseMs: 1_000 })).toEqual([]);

  cable.mend();
  await store.tenant('org').subscribe(hook('kept'));
  expect((await witness.tenant('org').hooks()).map(({ id }) => id)).toEqual(['kept']);
});

testPostgres('a connection that the database ends costs one call at most', async () => {
  const url = new URL(await newSchemaUrl());
  url.searchParams.set('application_name', 'ended by the database');
  const store = await open(url.href);
  await store.tenant('org').subscribe(hook('one'));
  const client = await connectPostgres();
  const { rows } = await client.query(`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ended by the database'`);
  expect(rows.length).toBeGreaterThanOrEqual(2);
  await store
    .tenant('org')
    .hooks()
    .catch(() => undefined);
  expect(await store.tenant('org').hooks()).toHaveLength(1);
});
