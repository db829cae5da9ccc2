import { expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { compile, sql } from '../../../webhook-server/store/sql.ts';
import { dialect } from '../../../webhook-server/store/sqlite/sqlite-dialect.ts';

test('SQLite prepares no statement anew because of the values that it is bound to', () => {
  const connection = new SqliteDatabase(':memory:');
  let looks = 0;
  // The planner asks it for its value, as the table was analyzed: once for each plan. Each run asks once, too.
  connection.function('noted', { deterministic: true }, (value) => {
    looks += 1;
    return value;
  });
  connection.exec('create table number (id integer primary key, size integer); create index by_size on number (size)');
  for (let size = 0; size < 200; size += 1) connection.prepare('insert into number (size) values (?)').run(size);
  connection.exec('analyze');
  const looksOf = (limit: string): number => {
    const statement = connection.prepare(`select id from number where size > noted(1) order by id limit ${limit}`);
    looks = 0;
    for (let times = 0; times < 10; times += 1) statement.all(5);
    return looks;
  };
  const { text } = compile(sql`limit ${5}`, dialect);
  expect(looksOf('?')).toBe(20);
  expect(looksOf(text.replace('limit ', ''))).toBe(10);
});
