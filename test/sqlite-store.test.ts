import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { createSqliteStore } from '../webhook-server/store/sqlite/sqlite-store.ts';
import { StoreError } from '../webhook-server/store/store.ts';
import { describeStore } from './support/store-contract/describe-store.ts';
import { tempFolder } from './support/temp-folder.ts';

const newPath = () => join(tempFolder(), 'data', 'store.sqlite');

describeStore('SQLite', async (clock) => createSqliteStore(newPath(), clock));

test('what was stored is there after a restart', async () => {
  const path = newPath();
  const first = createSqliteStore(path);
  await first.keyCheck('sealed');
  await first.close();
  const second = createSqliteStore(path);
  expect(await second.keyCheck('another')).toBe('sealed');
  await second.close();
});

test('a file that is in use is refused with a sentence', async () => {
  const path = newPath();
  const store = createSqliteStore(path);
  expect(() => createSqliteStore(path)).toThrow(/Another process is using .*DATA_DIR/s);
  await store.close();
  await createSqliteStore(path).close();
});

test('a file of a newer version is refused with a sentence, and left as it is', async () => {
  const path = newPath();
  await createSqliteStore(path).close();
  const database = new SqliteDatabase(path);
  database.pragma('user_version = 99');
  database.close();
  expect(() => createSqliteStore(path)).toThrow(/newer version/);
});

test('a file that is no database is refused with a sentence, and left as it is', () => {
  const path = join(tempFolder(), 'store.sqlite');
  writeFileSync(path, 'not a database'.repeat(1000));
  expect(() => createSqliteStore(path)).toThrow(StoreError);
  expect(() => createSqliteStore(path)).toThrow(/damaged/);
  expect(readFileSync(path, 'utf8')).toBe('not a database'.repeat(1000));
});

test('a folder that cannot be made is refused with a sentence', () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  expect(() => createSqliteStore(join(file, 'store.sqlite'))).toThrow(StoreError);
});
