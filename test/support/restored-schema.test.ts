import { expect } from '@jest/globals';
import { connectPostgres, createRestoredSchema, openPostgresStore, testPostgres } from './postgres.ts';
import { newHook } from './store-contract/store-bench.ts';

testPostgres('a restored schema holds what the migrations left, and its numbers begin anew', async () => {
  const restoredSchemaUrl = createRestoredSchema();
  const client = await connectPostgres(await restoredSchemaUrl());
  const held = async () => [
    (await client.query('select number, done_at from migration order by number')).rows,
    (await client.query('select * from chore order by name')).rows,
    (await client.query('select count(*) from hook')).rows,
    (await client.query('select last_value, is_called from hook_seq_seq')).rows,
  ];
  const asMigrated = await held();

  const store = await openPostgresStore(() => 1, await restoredSchemaUrl());
  await store.tenant('org').subscribe(newHook());
  await store.close();
  await client.query(`delete from chore where name = 'notices'; update migration set done_at = now()`);
  expect(await held()).not.toEqual(asMigrated);

  await restoredSchemaUrl();
  expect(await held()).toEqual(asMigrated);
});
