import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import type { Database } from '../../../webhook-server/store/database.ts';
import { createDatabase as createPostgresDatabase } from '../../../webhook-server/store/postgres/postgres-database.ts';
import { json, noneOf, oneOf, sql, tableOf } from '../../../webhook-server/store/sql.ts';
import { createDatabase as createSqliteDatabase } from '../../../webhook-server/store/sqlite/sqlite-database.ts';
import {
  connectPostgres,
  describePostgres,
  newSchemaUrl,
  queryPostgres,
  testPostgres,
} from '../../support/postgres.ts';
import { tempFolder } from '../../support/temp-folder.ts';

type Opened = { database: Database; emitted: string[]; close(): Promise<void> };

const openSqlite = async (tables: string): Promise<Opened> => {
  const connection = new SqliteDatabase(join(tempFolder(), 'store.sqlite'));
  connection.exec(tables);
  const emitted: string[] = [];
  const database = createSqliteDatabase(
    connection,
    () => 1_000,
    (topic) => emitted.push(topic),
  );
  return { database, emitted, close: async () => void connection.close() };
};

const makePostgresTables = async (tables: string): Promise<string> => {
  const url = await newSchemaUrl();
  const clock = `
    create function now_ms() returns bigint language sql as $$ select 1000::bigint $$;
    create function prove(integer, text) returns boolean language sql as $$ select true $$;`;
  await queryPostgres(url, `${clock} ${tables}`, []);
  return url;
};

const openPostgres = async (tables: string): Promise<Opened> => {
  const url = await makePostgresTables(tables);
  const emitted: string[] = [];
  const database = createPostgresDatabase(url, { notify: async () => {}, emit: (topic) => emitted.push(topic) }, 1);
  return { database, emitted, close: () => database.close() };
};

const notes = 'create table note (name text primary key, amount bigint, extra text)';

const describeDatabase = (name: string, open: (tables: string) => Promise<Opened>): void => {
  test(`${name}: transactions do not see what others have not committed, nor do reads outside one`, async () => {
    const { database, close } = await open(`${notes}; insert into note (name, amount) values ('counter', 0)`);
    const seen: number[] = [];
    const reads: Promise<void>[] = [];
    const readOnce = async () => {
      const row = await database.first<{ amount: number }>(sql`select amount from note where name = 'counter'`);
      seen.push(row?.amount ?? -1);
    };
    const addTwice = () =>
      database.transaction(async (run) => {
        // Odd in between, for whoever would look.
        for (let step = 0; step < 2; step += 1) {
          await run.change(sql`update note set amount = amount + 1 where name = 'counter'`);
          reads.push(readOnce());
          await run.first(sql`select 1 as one`);
        }
      });
    await Promise.all(Array.from({ length: 10 }, addTwice));
    await Promise.all(reads);
    await readOnce();
    expect(seen.filter((amount) => amount % 2 !== 0)).toEqual([]);
    expect(seen.at(-1)).toBe(20);
    await close();
  });

  test(`${name}: what a transaction throws undoes it, announces nothing, and the next one goes on`, async () => {
    const { database, emitted, close } = await open(notes);
    const failing = database.transaction(async (run) => {
      await run.change(sql`insert into note (name) values ('lost')`);
      run.announce('poll');
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    const nowMs = await database.transaction(async (run) => {
      await run.change(sql`insert into note (name) values ('kept')`);
      run.announce('deliver');
      return run.nowMs;
    });
    expect(nowMs).toBe(1_000);
    expect(emitted).toEqual(['deliver']);
    expect(await database.rows(sql`select name from note`)).toEqual([{ name: 'kept' }]);
    await close();
  });

  test(`${name}: a statement that fails within a transaction fails the transaction`, async () => {
    const { database, close } = await open(notes);
    const failing = database.transaction(async (run) => {
      await run.change(sql`insert into note (name) values ('twice')`);
      await run.change(sql`insert into note (name) values ('twice')`);
    });
    await expect(failing).rejects.toThrow();
    expect(await database.rows(sql`select name from note`)).toEqual([]);
    await close();
  });

  test(`${name}: a table of parameters keeps its order and every value, and no value becomes part of the text`, async () => {
    const { database, close } = await open(notes);
    const items = [
      { name: `it's "quoted"; drop table note; --`, amount: 9_007_199_254_740_991, extra: null },
      { name: '12', amount: -1, extra: '{"a": [1, "\\u0000"]}' },
      { name: 'ümläut 🙂 \\ \n\t', amount: 0, extra: '' },
      { name: 'a NUL \0 and half a pair \ud800', amount: 1, extra: 'true' },
    ];
    const tableFor = (some: typeof items) =>
      tableOf('item', some, {
        name: ['text', ({ name }) => name],
        amount: ['bigint', ({ amount }) => amount],
        extra: ['text', ({ extra }) => extra],
      });
    const asStored = items.map((item) => ({ ...item, name: item.name.replace('\0', '\ufffd').toWellFormed() }));
    for (const some of [items, ...items.map((item) => [item])]) {
      const table = tableFor(some);
      const added = await database.change(sql`
        insert into note (name, amount, extra) select name, amount, extra from ${table} where true order by position`);
      expect(added).toBe(some.length);
      const stored = await database.rows(sql`
        select note.name, note.amount, note.extra from ${table} join note using (name) order by position`);
      expect(stored).toEqual(asStored.filter((_, index) => some.some((item) => item === items[index])));
      await database.change(sql`delete from note`);
    }
    await close();
  });

  test(`${name}: a list of parameters may be empty, of any length, and hold anything`, async () => {
    const { database, close } = await open(`${notes}; insert into note (name) values ('a'), ('b'), ('c,''d')`);
    const names = async (condition: ReturnType<typeof sql>) =>
      (await database.rows<{ name: string }>(sql`select name from note where ${condition} order by name`)).map(
        (row) => row.name,
      );
    expect(await names(sql`name ${oneOf([])}`)).toEqual([]);
    expect(await names(sql`name ${noneOf([])}`)).toEqual(['a', 'b', `c,'d`]);
    expect(await names(sql`name ${oneOf(['a'])}`)).toEqual(['a']);
    expect(await names(sql`name ${noneOf(['a'])}`)).toEqual(['b', `c,'d`]);
    expect(await names(sql`name ${oneOf(['b', `c,'d`])}`)).toEqual(['b', `c,'d`]);
    expect(await names(sql`name ${noneOf(['b', `c,'d`])}`)).toEqual(['a']);
    expect(await names(sql`name ${oneOf(['a', `c,'d`, 'z'])}`)).toEqual(['a', `c,'d`]);
    expect(await names(sql`name ${noneOf(['a', ...Array.from({ length: 5_000 }, (_, n) => `n${n}`)])}`)).toHaveLength(
      2,
    );
    await close();
  });

  test(`${name}: least and greatest leave out what is null`, async () => {
    const { database, close } = await open(`${notes}; insert into note (name, amount) values ('a', 5), ('b', null)`);
    const rows = await database.rows(sql`
      select least(amount, 7) as low, greatest(amount, 3, now_ms()) as high, greatest(amount, null) as same
      from note order by name`);
    expect(rows).toEqual([
      { low: 5, high: 1_000, same: 5 },
      { low: 7, high: 1_000, same: null },
    ]);
    await close();
  });
};

describeDatabase('SQLite', openSqlite);
describePostgres('over PostgreSQL', () => describeDatabase('PostgreSQL', openPostgres));

testPostgres('PostgreSQL: other processes are notified of what they can see by then', async () => {
  const url = await makePostgresTables(notes);
  const { promise: seen, resolve } = Promise.withResolvers<unknown>();
  const other = await connectPostgres(url);
  const notify = async () => resolve((await other.query('select name from note')).rows);
  const database = createPostgresDatabase(url, { notify, emit: () => {} }, 1);
  await database.transaction(async (run) => {
    await run.change(sql`insert into note (name) values ('a')`);
    run.announce('poll');
  });
  expect(await seen).toEqual([{ name: 'a' }]);
  await database.close();
});

test('what is kept as JSON comes back as its text, and nothing is null', async () => {
  const { database, close } = await openSqlite(notes);
  await database.change(sql`insert into note (name, extra) values ('a', ${json([1, 2])}), ('b', ${json(undefined)})`);
  expect(await database.rows(sql`select extra from note order by name`)).toEqual([{ extra: '[1,2]' }, { extra: null }]);
  await close();
});
