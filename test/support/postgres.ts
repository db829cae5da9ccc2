import { randomBytes } from 'node:crypto';
import { afterAll, describe, test } from '@jest/globals';
import { Client } from 'pg';
import { migrate } from '../../webhook-server/store/postgres/migrate-postgres.ts';
import { createPostgresStore } from '../../webhook-server/store/postgres/postgres-store.ts';
import type { Quotas } from '../../webhook-server/store/quotas.ts';
import type { Store } from '../../webhook-server/store/store.ts';

/** The server of this test run; undefined when the machine has none. */
const clusterUrl = process.env['TEST_DATABASE_URL'];

/** Tests that need a PostgreSQL server, and are skipped without one. */
export const describePostgres = clusterUrl === undefined ? describe.skip : describe;
export const testPostgres = clusterUrl === undefined ? test.skip : test;

const clients: Client[] = [];
afterAll(async () => {
  for (const client of clients.splice(0)) await client.end();
});

/** A connection that ends with the tests of the file. */
export const connectPostgres = async (url = clusterUrl): Promise<Client> => {
  const client = new Client({ connectionString: url });
  // A server that a test ends need not wait for this connection.
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
};

/** Runs one statement, on a connection that ends with it. */
export const queryPostgres = async (url: string, text: string, values: readonly unknown[]): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(text, [...values]).finally(() => client.end());
};

/** Runs tasks one after the other: a client takes one query at a time. */
const createQueue = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(task: () => Promise<Result>): Promise<Result> => {
    const result = last.then(task);
    last = result.catch(() => {});
    return result;
  };
};

let administrator: Promise<Client> | undefined;
const inTurn = createQueue();

const administrate = (text: string): Promise<unknown> =>
  inTurn(async () => {
    administrator ??= connectPostgres();
    return (await administrator).query(text);
  });

/** The address of a new schema: a database of its own, as far as a store can see. */
export const newSchemaUrl = async (): Promise<string> => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administrate(`create schema ${name}`);
  const url = new URL(clusterUrl ?? '');
  url.searchParams.set('options', `-c search_path=${name}`);
  return url.href;
};

/** The address of a new database, for what names its schema. */
export const newDatabaseUrl = async (): Promise<string> => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administrate(`create database ${name}`);
  const url = new URL(clusterUrl ?? '');
  url.pathname = `/${name}`;
  return url.href;
};

/** What a schema's tables hold now, as statements that make it so again, and let numbers begin anew. */
const restorationOf = async (client: Client): Promise<string> => {
  const tables = await client.query<{ name: string }>(
    'select tablename as name from pg_tables where schemaname = current_schema()',
  );
  const emptied: string[] = [];
  const filled: string[] = [];
  for (const { name } of tables.rows) {
    emptied.push(`delete from ${name}`);
    const { rows } = await client.query<{ held: string | null }>(`select json_agg(${name})::text as held from ${name}`);
    const held = rows[0]?.held ?? null;
    if (held === null) continue;
    const records = `json_populate_recordset(null::${name}, ${client.escapeLiteral(held)})`;
    filled.push(`insert into ${name} overriding system value select * from ${records}`);
  }
  return [
    'begin',
    // Tables that name each other are emptied in any order.
    'set local session_replication_role = replica',
    ...emptied,
    ...filled,
    `select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
     from pg_sequences where schemaname = current_schema()`,
    'commit',
  ].join(';\n');
};

/**
 * The address of one schema, whose tables hold what the migrations left in them whenever it is asked for. For a file whose
 * tests come one after the other and are not about migrations, which take longer than most of them.
 */
export const createRestoredSchema = (): (() => Promise<string>) => {
  const make = async () => {
    const url = await newSchemaUrl();
    await migrate(url);
    const client = await connectPostgres(url);
    return { url, client, restoration: await restorationOf(client) };
  };
  let made: ReturnType<typeof make> | undefined;
  return async () => {
    made ??= make();
    const { url, client, restoration } = await made;
    await client.query(restoration);
    return url;
  };
};

/** Puts a clock into the schema that stands still until it is set. */
const stopClock = async (url: string) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create table if not exists test_clock (now_ms bigint not null);
    create or replace function now_ms() returns bigint language sql volatile as $$ select now_ms from test_clock $$;
    insert into test_clock select 0 where not exists (select from test_clock)`);
  let setTo = 0;
  const inTurn = createQueue();
  return {
    set: (nowMs: number) =>
      inTurn(async () => {
        if (nowMs === setTo) return;
        await client.query('update test_clock set now_ms = $1', [nowMs]);
        setTo = nowMs;
      }),
    close: () => client.end(),
  };
};

/** Sets the database's clock before each method. */
const onClock = <Face extends object>(face: Face, set: () => Promise<unknown>): Face =>
  new Proxy(face, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || name === 'onWork' || name === 'onClockStep') return method;
      return async (...parameters: unknown[]) => {
        await set();
        return method.apply(target, parameters) as unknown;
      };
    },
  });

/** A store whose clock is the test's, in a schema of its own or in one that other stores share. */
export const openPostgresStore = async (
  clock: () => number,
  url?: string,
  quotas?: Quotas,
  steadyClock?: () => number,
): Promise<Store> => {
  const schemaUrl = url ?? (await newSchemaUrl());
  const store = await createPostgresStore(schemaUrl, quotas, steadyClock);
  const databaseClock = await stopClock(schemaUrl);
  const set = () => databaseClock.set(clock());
  return {
    tenant: (organizationId) => onClock(store.tenant(organizationId), set),
    work: onClock(store.work, set),
    operator: onClock(store.operator, set),
    hookOfSecret: (secretHash) => store.hookOfSecret(secretHash),
    organizationOfNudge: (tokenHash) => store.organizationOfNudge(tokenHash),
    keyHashes: () => store.keyHashes(),
    keyCheck: (sealed) => store.keyCheck(sealed),
    sealedValues: () => store.sealedValues(),
    replaceSealed: (seal) => store.replaceSealed(seal),
    backUp: (path) => store.backUp(path),
    beginQuietly: () => store.beginQuietly(),
    onTransaction: store.onTransaction,
    outdated: store.outdated,
    async close() {
      await store.close();
      await databaseClock.close();
    },
  };
};
