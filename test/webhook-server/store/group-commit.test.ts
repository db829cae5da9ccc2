import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import type { Database } from '../../../webhook-server/store/database.ts';
import { sql } from '../../../webhook-server/store/sql.ts';
import { createDatabase } from '../../../webhook-server/store/sqlite/sqlite-database.ts';
import type { Topic } from '../../../webhook-server/store/work-store.ts';
import { tempFolder } from '../../support/temp-folder.ts';

/** A database that writes down what is done: the statements of its connection, and whatever a test adds. */
const open = () => {
  const done: string[] = [];
  const clock = { ms: 0 };
  const connection = new SqliteDatabase(join(tempFolder(), 'store.sqlite'), {
    verbose: (text) => done.push(String(text).split(' ')[0] ?? ''),
  });
  connection.exec(
    'create table note (name text primary key, about text references note deferrable initially deferred)',
  );
  done.length = 0;
  const tell = (topic: Topic) => done.push(`told ${topic}`);
  const database = createDatabase(
    connection,
    () => 0,
    tell,
    () => clock.ms,
  );
  return { connection, database, done, clock };
};

const write = (database: Database, name: string, about: string | null = null): Promise<number> =>
  database.transaction((run) => run.change(sql`insert into note (name, about) values (${name}, ${about})`));

const names = async (database: Database): Promise<string[]> =>
  (await database.rows<{ name: string }>(sql`select name from note order by name`)).map(({ name }) => name);

test('transactions that come in one turn of the event loop are committed together, and others are not', async () => {
  const { database, done } = open();
  await Promise.all(['a', 'b', 'c'].map((name) => write(database, name)));
  expect(done.filter((text) => text === 'commit')).toHaveLength(1);
  await write(database, 'd');
  expect(done.filter((text) => text === 'commit')).toHaveLength(2);
  expect(await names(database)).toEqual(['a', 'b', 'c', 'd']);
});

test('nothing is known to be done, and nothing is announced, before the commit', async () => {
  const { database, done } = open();
  const announcing = database
    .transaction(async (run) => {
      run.announce('poll');
      await run.change(sql`insert into note (name) values ('a')`);
    })
    .then(() => done.push('known'));
  await Promise.all([announcing, write(database, 'b').then(() => done.push('known'))]);
  const [committed, ...after] = done.slice(done.indexOf('commit'));
  expect(committed).toBe('commit');
  expect(after.toSorted()).toEqual(['known', 'known', 'told poll']);
});

test('one that fails is undone alone', async () => {
  const { database } = open();
  const failing = async () => {
    await database.transaction(async (run) => {
      await run.change(sql`insert into note (name) values ('lost')`);
      throw new Error('on purpose');
    });
  };
  const ended = await Promise.allSettled([write(database, 'a'), failing(), write(database, 'a'), write(database, 'b')]);
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(await names(database)).toEqual(['a', 'b']);
});

test('a commit that fails fails whoever was to be committed, leaves nothing of it, and the next one goes on', async () => {
  const { database } = open();
  const ended = await Promise.allSettled([write(database, 'a'), write(database, 'b', 'is not there')]);
  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await write(database, 'c');
  expect(await names(database)).toEqual(['c']);
});

test('where SQLite undoes all of them with one that fails, all fail, and those that had not begun go on', async () => {
  const { database } = open();
  await write(database, 'a');
  const ended = await Promise.allSettled([
    write(database, 'b'),
    database.transaction((run) => run.change(sql`insert or rollback into note (name) values ('a')`)),
    write(database, 'c'),
  ]);
  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(await names(database)).toEqual(['a', 'c']);
});

test('while no transaction can begin, all that wait are told so', async () => {
  const { connection, database } = open();
  connection.close();
  const ended = await Promise.allSettled([write(database, 'a'), write(database, 'b')]);
  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('a group that has lasted long leaves the rest for the next turn, in which requests are read', async () => {
  const { database, done, clock } = open();
  const long = database.transaction(async (run) => {
    await run.first(sql`select 1 as one`);
    clock.ms += 15;
  });
  const other = write(database, 'a').then(() => done.push('the other'));
  await long;
  done.push('the long one');
  await nextTurn();
  await other;
  expect(done.filter((text) => text === 'commit')).toHaveLength(2);
  expect(done.indexOf('the long one')).toBeLessThan(done.indexOf('the other'));
});
