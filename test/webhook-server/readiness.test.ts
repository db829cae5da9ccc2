import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { readConfig } from '../../webhook-server/config.ts';
import { createReadiness } from '../../webhook-server/readiness.ts';
import { type Server, startServer } from '../../webhook-server/server.ts';
import { proveWritable } from '../../webhook-server/store/flows/prove-writable.ts';
import { readProgress } from '../../webhook-server/store/flows/scans.ts';
import { openConnection } from '../../webhook-server/store/sqlite/open-sqlite.ts';
import { createDatabase } from '../../webhook-server/store/sqlite/sqlite-database.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import { startWorkLoop, type Work } from '../../webhook-server/work-loop.ts';
import { keepLog } from '../support/keep-log.ts';
import { newDatabaseUrl, testPostgres } from '../support/postgres.ts';
import { fillDisk, onSmallDisk, testWithDisk } from '../support/small-disk.ts';
import { tempFolder } from '../support/temp-folder.ts';

const running = { detector: { isAlive: () => true } };
const ready = { isReady: true, readings: [] };
const notWritable = { isReady: false, reasons: ['the database cannot be written'] };

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

/** A server whose Topo does not answer. */
const start = async (environment: Record<string, string>) => {
  const config = readConfig({ PORT: '0', TOPO_API_URL: 'http://127.0.0.1:1/v1', ...environment });
  const server = await startServer(config, keepLog());
  servers.push(server);
  const ask = async (path: string) => {
    const answer = await fetch(server.url + path);
    return { status: answer.status, json: await answer.json() };
  };
  return { ask, readyz: () => ask('/readyz') };
};

test('a database that may only be read is not ready, and is again when it may be written', async () => {
  const connection = openConnection(join(tempFolder(), 'store.sqlite'));
  const database = createDatabase(connection, Date.now, () => {});
  const readiness = createReadiness({
    store: {
      proveWritable: () => database.transaction(proveWritable),
      progress: () => database.transaction(readProgress),
    },
    loops: () => running,
  });
  expect(await readiness()).toEqual(ready);
  connection.pragma('query_only = on');
  expect(await readiness()).toEqual(notWritable);
  connection.pragma('query_only = off');
  expect(await readiness()).toEqual(ready);
  // What was written to find out is not left behind.
  expect(connection.prepare('select name from chore order by name').pluck().all()).toEqual(['clean-up', 'notices']);
  connection.close();
});

testPostgres('a PostgreSQL that became read-only is not ready, and the server goes on when it is well', async () => {
  const url = await newDatabaseUrl();
  const { readyz, ask } = await start({ DATABASE_URL: url, DATA_DIR: tempFolder(), ENCRYPTION_KEY: 'ab'.repeat(32) });
  expect(await readyz()).toEqual({ status: 200, json: { status: 'ready', readings: [] } });
  const name = new URL(url).pathname.slice(1);
  const setReadOnly = async (value: 'on' | 'off') => {
    const client = new Client({ connectionString: url, options: '-c default_transaction_read_only=off' });
    await client.connect();
    await client.query(`alter database ${name} set default_transaction_read_only = ${value}`);
    await client.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
    await client.end();
  };
  await setReadOnly('on');
  // What it said last holds for a second.
  await waitUntil('the server knows', async () => (await readyz()).status === 503);
  expect((await readyz()).json).toEqual({ status: 'not ready', reasons: ['the database cannot be written'] });
  expect(await ask('/healthz')).toEqual({ status: 200, json: { status: 'alive' } });
  await setReadOnly('off');
  await waitUntil('the server is ready again', async () => (await readyz()).status === 200);
});

testWithDisk('a full disk is not ready, and the server goes on when there is space (needs to mount a disk)', () =>
  onSmallDisk(async (folder) => {
    const store = createSqliteStore(join(folder, 'store.sqlite'));
    const readiness = createReadiness({ store: store.work, loops: () => running });
    expect(await readiness()).toEqual(ready);
    const empty = fillDisk(folder);
    // What the journal has room for can be written.
    for (let proofs = 0; proofs < 100 && (await readiness()).isReady; proofs += 1);
    expect(await readiness()).toEqual(notWritable);
    empty();
    expect(await readiness()).toEqual(ready);
    await store.close();
  }),
);

test('a Topo that is down, or was never there, is no reason not to be ready', async () => {
  const { readyz } = await start({ DATA_DIR: tempFolder() });
  expect(await readyz()).toEqual({ status: 200, json: { status: 'ready', readings: [] } });
});

const at = { nowMs: 0 };

/** A loop that waits for work. */
const beginLoop = (work: Partial<Work<never>> = {}) => {
  let wake = () => {};
  const loop = startWorkLoop<never>(
    {
      name: 'delivery',
      concurrency: () => 1,
      claim: async () => [],
      run: async () => {},
      msUntilDue: async () => undefined,
      onWork(listener) {
        wake = listener;
        return () => {};
      },
      ...work,
    },
    keepLog(),
    () => at.nowMs,
  );
  const store = createSqliteStore(':memory:');
  const readiness = createReadiness({ store: store.work, loops: () => ({ ...running, delivery: loop }) });
  return { loop, readiness, wake: () => wake(), close: () => store.close() };
};

const standsStill = { isReady: false, reasons: ['the loop “delivery” does not run'] };

test('a loop that has stopped is not ready', async () => {
  const { loop, readiness, close } = beginLoop();
  expect(await readiness()).toEqual(ready);
  await loop.stop(0);
  expect(await readiness()).toEqual(standsStill);
  await close();
});

test('a loop whose turn does not end is not ready after 45 seconds, and is when it ends', async () => {
  let hung = Promise.withResolvers<never[]>();
  const { loop, readiness, close } = beginLoop({ claim: () => hung.promise });
  at.nowMs += 45_000;
  expect(await readiness()).toEqual(ready);
  at.nowMs += 1;
  expect(await readiness()).toEqual(standsStill);
  const first = hung;
  hung = Promise.withResolvers<never[]>();
  first.resolve([]);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(await readiness()).toEqual(ready);
  hung.resolve([]);
  await loop.stop(0);
  await close();
});

test('a loop that has nothing to do sleeps, and is ready all the while', async () => {
  const { loop, readiness, close } = beginLoop();
  await new Promise((resolve) => setImmediate(resolve));
  at.nowMs += 60_000;
  expect(await readiness()).toEqual(ready);
  at.nowMs += 45_001;
  expect(await readiness()).toEqual(standsStill);
  await loop.stop(0);
  await close();
});

test('a store that fails keeps no loop from going round', async () => {
  const { loop, readiness, close } = beginLoop({
    claim: async () => {
      throw new Error('Nothing answers.');
    },
  });
  await new Promise((resolve) => setImmediate(resolve));
  at.nowMs += 45_000;
  expect(await readiness()).toEqual(ready);
  await loop.stop(0);
  await close();
});

test('a server whose loops have not started yet is not ready', async () => {
  const store = createSqliteStore(':memory:');
  const readiness = createReadiness({ store: store.work, loops: () => ({}) });
  expect(await readiness()).toEqual({ isReady: false, reasons: ['the loops have not started'] });
  await store.close();
});
