// Long: what every store must do, over PostgreSQL.

import { expect } from '@jest/globals';
import { createPostgresStore } from '../../../webhook-server/store/postgres/postgres-store.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';
import {
  connectPostgres,
  createRestoredSchema,
  describePostgres,
  newSchemaUrl,
  openPostgresStore,
  testPostgres,
} from '../../support/postgres.ts';
import { describeStore } from '../../support/store-contract/describe-store.ts';

describePostgres('over PostgreSQL', () => {
  const restoredSchemaUrl = createRestoredSchema();
  describeStore('PostgreSQL', async (clock) => openPostgresStore(clock, await restoredSchemaUrl()));
});

testPostgres('what was stored is there after a restart, and in every other process', async () => {
  const url = await newSchemaUrl();
  const first = await createPostgresStore(url);
  await first.keyCheck('sealed');
  const second = await createPostgresStore(url);
  expect(await second.keyCheck('another')).toBe('sealed');
  await first.close();
  expect(await second.keyCheck('another')).toBe('sealed');
  await second.close();
});

testPostgres('processes that start at once on an empty database make its tables once', async () => {
  const url = await newSchemaUrl();
  const stores = await Promise.all(Array.from({ length: 6 }, () => createPostgresStore(url)));
  const answers = await Promise.all(stores.map((store, index) => store.keyCheck(`sealed ${index}`)));
  expect(new Set(answers).size).toBe(1);
  const { rows } = await (await connectPostgres(url)).query('select number from migration order by number');
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
  for (const store of stores) await store.close();
});

testPostgres('a database of a newer version is refused with a sentence, and left as it is', async () => {
  const url = await newSchemaUrl();
  await (await createPostgresStore(url)).close();
  const client = await connectPostgres(url);
  await client.query('insert into migration (number, done_at) values (99, now())');
  await expect(createPostgresStore(url)).rejects.toThrow(/newer version/);
  await expect(createPostgresStore(url)).rejects.toThrow(StoreError);
  expect((await client.query('select max(number) from migration')).rows).toEqual([{ max: 99 }]);
});

testPostgres('a migration that fails leaves nothing behind', async () => {
  const url = await newSchemaUrl();
  const client = await connectPostgres(url);
  await client.query('create table delivery (in_the_way integer)');
  await expect(createPostgresStore(url)).rejects.toThrow(/delivery/);
  const { rows } = await client.query(`select tablename from pg_tables where schemaname = current_schema()`);
  expect(rows).toEqual([{ tablename: 'delivery' }]);
});

const withUrl = async (change: (url: URL) => void): Promise<string> => {
  const url = new URL(await newSchemaUrl());
  change(url);
  return url.href;
};

const set = (name: 'password' | 'pathname' | 'port' | 'hostname', value: string) => (url: URL) => {
  url[name] = value;
};

testPostgres.each([
  ['a wrong password', set('password', 'canary'), /user or the password/],
  ['a database that does not exist', set('pathname', '/canary'), /does not exist/],
  ['a port on which nothing answers', set('port', '1'), /Nothing answers/],
  ['a host without an address', set('hostname', 'canary.invalid'), /no address/],
  ['a schema that does not exist', (url: URL) => url.searchParams.set('options', '-c search_path=canary'), /no schema/],
])('%s is refused with a sentence that does not show the URL', async (_, change, sentence) => {
  const error = await createPostgresStore(await withUrl(change)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreError);
  const { message } = error as StoreError;
  expect(message).toMatch(sentence);
  expect(message).toContain('DATABASE_URL');
  expect(message).not.toMatch(/postgres:\/\/|canary/);
});

testPostgres('a user who may not make tables is told so', async () => {
  const url = await newSchemaUrl();
  const client = await connectPostgres(url);
  const { rows } = await client.query('select current_schema() as schema');
  const role = `reader_${String(rows[0]?.schema)}`;
  await client.query(
    `create role ${role} login password 'reader'; grant usage on schema ${rows[0]?.schema} to ${role}`,
  );
  const asReader = new URL(url);
  asReader.username = role;
  asReader.password = 'reader';
  await expect(createPostgresStore(asReader.href)).rejects.toThrow(/lacks a right/);
});

testPostgres('a database that would lose what it acknowledged is told not to', async () => {
  const url = await withUrl(({ searchParams }) => {
    const options = `${searchParams.get('options')} -c synchronous_commit=off`;
    searchParams.set('options', `${options} -c default_transaction_isolation=serializable`);
  });
  const store = await createPostgresStore(url);
  // A trigger sees what the store's own connections run with.
  const client = await connectPostgres(url);
  await client.query(`
    create table seen (synchronous_commit text, isolation text);
    create function look() returns trigger language plpgsql as $$
    begin
      insert into seen values (current_setting('synchronous_commit'), current_setting('transaction_isolation'));
      return new;
    end $$;
    create trigger look before insert on key_check for each row execute function look()`);
  await store.keyCheck('sealed');
  expect((await client.query('select * from seen')).rows).toEqual([
    { synchronous_commit: 'on', isolation: 'read committed' },
  ]);
  await store.close();
});
