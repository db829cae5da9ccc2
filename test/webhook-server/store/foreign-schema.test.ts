import { expect } from '@jest/globals';
import { createPostgresStore } from '../../../webhook-server/store/postgres/postgres-store.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';
import { connectPostgres, newSchemaUrl, testPostgres } from '../../support/postgres.ts';

testPostgres.each([
  ['a function', `create function now_ms() returns bigint language sql as 'select 1::bigint'`, 'now_ms'],
  [
    'a function that returns something else',
    `create function now_ms() returns timestamptz language sql as 'select now()'`,
    'now_ms',
  ],
  ['a table', 'create table workspace (id integer)', 'workspace'],
  ['a view', 'create view hook as select 1 as id', 'hook'],
  ['a type', `create type event as enum ('a')`, 'event'],
])('a schema with %s of another program is refused with a sentence that names it', async (_what, foreign, name) => {
  const url = await newSchemaUrl();
  const client = await connectPostgres(url);
  await client.query(foreign);
  const error = await createPostgresStore(url).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreError);
  const { message } = error as StoreError;
  expect(message).toContain(name);
  expect(message).toMatch(/another program.*a database or a schema of its own/);
});
