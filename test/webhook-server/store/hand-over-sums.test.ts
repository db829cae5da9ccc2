import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { handedOver as postgresBefore } from '../../../webhook-server/store/postgres/migrations/0014-handed-over.ts';
import { handedOverByTemplate as postgresMigration } from '../../../webhook-server/store/postgres/migrations/0017-handed-over-by-template.ts';
import { handedOver as sqliteBefore } from '../../../webhook-server/store/sqlite/migrations/0016-handed-over.ts';
import { handedOverByTemplate as sqliteMigration } from '../../../webhook-server/store/sqlite/migrations/0019-handed-over-by-template.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { connectPostgres, describePostgres, newSchemaUrl, openPostgresStore } from '../../support/postgres.ts';
import { tempFolder } from '../../support/temp-folder.ts';

type Run = (text: string) => Promise<unknown[]>;

const openSqlite = async (): Promise<Run> => {
  const path = join(tempFolder(), 'store.sqlite');
  await createSqliteStore(path).close();
  const database = new SqliteDatabase(path);
  return async (text) => {
    if (text.trimStart().startsWith('select')) return database.prepare(text).all();
    database.exec(text);
    return [];
  };
};

const openPostgres = async (): Promise<Run> => {
  const url = await newSchemaUrl();
  await (await openPostgresStore(() => 0, url)).close();
  const client = await connectPostgres(url);
  return async (text) => (await client.query(text)).rows ?? [];
};

const event = (id: string, hour: number, template: string | null) => `
  insert into event (id, organization_id, reading_id, task_id, kind, source, previous_assignee_id, new_assignee_id,
                     sequence_template_id, body, occurred_at_us, detected_at_ms)
  values ('${id}', 'org', 'old', '${id}', 'reassigned', 'topo', 'Ada', 'Grace',
          ${template === null ? 'null' : `'${template}'`}, '{}', ${hour * 3_600_000_000 + 1}, 0)`;

/** Three hand-overs of one hour, of whose events one is left; and two of the next, whose events are all there. */
const describeSums = (name: string, open: () => Promise<Run>, before: string, migration: string): void => {
  test(`${name}: sums from before are told apart by template as far as their events are kept, and lose nothing`, async () => {
    const run = await open();
    await run('drop table handed_over');
    for (const [id, hour, template] of [
      ['a', 1, 'Template'],
      ['b', 2, 'Template'],
      ['c', 2, null],
    ] as const) {
      await run(event(id, hour, template));
    }
    await run(before);
    await run('update handed_over set times = 3 where hour_ms = 3600000');
    await run(migration);
    const rows = await run(
      'select hour_ms, previous_id, new_id, template_id, times from handed_over order by hour_ms, template_id',
    );
    expect(rows.map((row) => Object.values(row as object).map(String))).toEqual([
      ['3600000', 'ada', 'grace', '', '2'],
      ['3600000', 'ada', 'grace', 'template', '1'],
      ['7200000', 'ada', 'grace', '', '1'],
      ['7200000', 'ada', 'grace', 'template', '1'],
    ]);
  });
};

describe('SQLite', () => describeSums('SQLite', openSqlite, sqliteBefore, sqliteMigration));
describePostgres('PostgreSQL', () => describeSums('PostgreSQL', openPostgres, postgresBefore, postgresMigration));
