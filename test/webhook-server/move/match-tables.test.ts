import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { matchTables } from '../../../webhook-server/move/match-tables.ts';
import { openTarget } from '../../../webhook-server/store/postgres/open-target.ts';
import { openSource } from '../../../webhook-server/store/sqlite/open-source.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { newSchemaUrl, testPostgres } from '../../support/postgres.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const table = { name: 'one', columns: ['id', 'text'], key: ['id'], after: [] };
const column = (name: string, change = {}) => ({ name, type: 'text', isIdentity: false, hasDefault: false, ...change });
const target = { name: 'one', columns: [column('id'), column('text')] };

testPostgres('every table and column of a new SQLite file has its place in a new PostgreSQL', async () => {
  const path = join(tempFolder(), 'new.sqlite');
  await createSqliteStore(path).close();
  const source = openSource(path);
  const opened = await openTarget(await newSchemaUrl());
  await opened.begin();
  const matched = matchTables(source.tables, await opened.tables());
  expect(matched.length).toBeGreaterThan(15);
  // What SQLite has not: the numbers of hooks, and what keeps the key check alone.
  const own = matched.flatMap(({ name, source: from, target: { columns } }) =>
    columns.filter((one) => !from.columns.includes(one.name)).map((one) => `${name}.${one.name}`),
  );
  expect(own.sort()).toEqual(['hook.seq', 'key_check.is_only']);
  source.close();
  await opened.close();
});

test.each([
  ['a table that only SQLite has', [table], [], /PostgreSQL has no table one/],
  ['a table that only PostgreSQL has', [], [target], /SQLite has no table one/],
  ['a column that only SQLite has', [table], [{ ...target, columns: [column('id')] }], /PostgreSQL has no one\.text/],
  ['a column that only PostgreSQL has', [{ ...table, columns: ['id'] }], [target], /SQLite has no one\.text/],
  [
    'a type that nobody has thought of',
    [table],
    [{ ...target, columns: [column('id'), column('text', { type: 'bytea' })] }],
    /one\.text is of the type bytea/,
  ],
])('%s has no place', (_what, sources, targets, reason) => {
  expect(() => matchTables(sources, targets)).toThrow(reason);
});
