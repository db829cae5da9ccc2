import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { ErrorBody } from '../../../contract/error-body.ts';
import { sql } from '../../../webhook-server/store/sql.ts';
import { createDatabase } from '../../../webhook-server/store/sqlite/sqlite-database.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';
import { fillDisk, onSmallDisk, testWithDisk } from '../../support/small-disk.ts';
import { startHttp } from '../../support/started-http.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const newDatabase = () => {
  const path = join(tempFolder(), 'store.sqlite');
  const database = new SqliteDatabase(path);
  database.exec('create table note (text text not null) strict');
  return { path, database };
};

/** A store that writes down notes. */
const notes = (connection: Database) => {
  const database = createDatabase(connection, Date.now, () => {});
  return {
    write: (text: string | null) => database.change(sql`insert into note (text) values (${text})`),
    count: () => Number(connection.prepare('select count(*) from note').pluck().get()),
  };
};

test('a disk that is full is told, nothing of the write is left, and the store goes on when there is space', async () => {
  const { database } = newDatabase();
  const store = notes(database);
  database.pragma('max_page_count = 10');
  const attempt = store.write('x'.repeat(100_000));
  await expect(attempt).rejects.toThrow(StoreError);
  await expect(attempt).rejects.toThrow(/disk .*full/);
  expect(store.count()).toBe(0);
  database.pragma('max_page_count = 1000');
  await store.write('x'.repeat(100_000));
  expect(store.count()).toBe(1);
});

test('a file that may only be read is told', async () => {
  const { path, database } = newDatabase();
  database.close();
  const store = notes(new SqliteDatabase(path, { readonly: true }));
  await expect(store.write('x')).rejects.toThrow(/cannot be written/);
});

test('a file that was damaged is told', async () => {
  const { path, database } = newDatabase();
  database.exec('begin');
  for (let row = 0; row < 1_000; row += 1) database.prepare('insert into note values (?)').run('x'.repeat(1_000));
  database.exec('commit');
  database.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(400_000, 7), 0, 400_000, 4_096);
  closeSync(file);
  const store = notes(new SqliteDatabase(path));
  await expect(store.write('x'.repeat(10_000))).rejects.toThrow(/damaged/);
});

test('a database that another process has locked is told', async () => {
  const { path, database } = newDatabase();
  const store = notes(new SqliteDatabase(path, { timeout: 0 }));
  database.exec('begin exclusive');
  await expect(store.write('x')).rejects.toThrow(/Another process/);
  database.exec('commit');
  await store.write('x');
  expect(store.count()).toBe(1);
});

test('what is wrong with a statement is no fault of the disk', async () => {
  const store = notes(newDatabase().database);
  const attempt = store.write(null);
  // By its code: the driver makes its errors with the class of whoever loaded it first.
  await expect(attempt).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_NOTNULL' });
  await expect(attempt).rejects.not.toThrow(StoreError);
});

const callWhileDiskIsFull = async (folder: string) => {
  const http = await startHttp({
    openStore: async (clock) => createSqliteStore(join(folder, 'store.sqlite'), clock),
  });
  const subscribe = (index: number) =>
    http.call('POST', '/hooks', http.keys.full, {
      target_url: `https://hooks.zapier.com/hooks/standard/1/${index}/`,
      event: 'task.reassigned',
    });
  const acknowledged: string[] = [(await subscribe(-1)).json.id];
  const empty = fillDisk(folder);
  let refused: Awaited<ReturnType<typeof subscribe>> | undefined;
  for (let index = 0; index < 2_000 && refused === undefined; index += 1) {
    const answer = await subscribe(index);
    if (answer.status === 201) acknowledged.push(answer.json.id);
    else refused = answer;
  }
  const isAlive = (await http.call('GET', '/healthz')).status === 200;
  empty();
  const after = await subscribe(9_999);
  const { json } = await http.call('GET', '/hooks', http.keys.full);
  await http.close();
  return { acknowledged, refused, isAlive, after, listed: json.items.map(({ id }: { id: string }) => id) };
};

testWithDisk('the routes answer 503 while a disk is full, and go on when there is space (needs to mount a disk)', () =>
  onSmallDisk(async (folder) => {
    const { acknowledged, refused, isAlive, after, listed } = await callWhileDiskIsFull(folder);
    expect(refused?.status).toBe(503);
    expect(ErrorBody.parse(refused?.json).error).toMatchObject({ code: 'unavailable' });
    expect(refused?.text).not.toMatch(/SQLITE|\bat /);
    expect(isAlive).toBe(true);
    expect(after.status).toBe(201);
    expect(listed).toHaveLength(acknowledged.length + 1);
    expect(listed).toEqual(expect.arrayContaining(acknowledged));
  }),
);
