import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import type { Quotas } from '../../webhook-server/store/quotas.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { describePostgres, newSchemaUrl, openPostgresStore, queryPostgres } from './postgres.ts';
import { tempFolder } from './temp-folder.ts';

/** A database that a store can be opened on again and again, and that can be looked at and altered behind its back. */
export type Ground = {
  /** What a server is configured with to use this database. */
  environment: Record<string, string>;
  open(clock: () => number, quotas?: Quotas, steadyClock?: () => number): Promise<Store>;
  /** Puts another sealed value in the place of one. A SQLite file must be closed for it. */
  alter(column: 'sealed_target' | 'sealed_secret', hookId: string, sealed: string): Promise<void>;
  /** Everything that the database keeps, byte for byte. */
  contents(): string[];
};

const beginSqlite = async (): Promise<Ground> => {
  const path = join(tempFolder(), 'topo-for-zapier.sqlite');
  return {
    environment: { DATA_DIR: dirname(path) },
    open: async (clock, quotas, steadyClock) => createSqliteStore(path, clock, quotas, steadyClock),
    async alter(column, hookId, sealed) {
      const database = new SqliteDatabase(path);
      database.prepare(`update hook set ${column} = ? where id = ?`).run(sealed, hookId);
      database.close();
    },
    contents: () =>
      readdirSync(dirname(path))
        .filter((name) => name.startsWith('topo-for-zapier.sqlite'))
        .map((name) => readFileSync(join(dirname(path), name), 'latin1')),
  };
};

const beginPostgres = async (): Promise<Ground> => {
  const url = await newSchemaUrl();
  const schema = /search_path=(\w+)/.exec(decodeURIComponent(url))?.[1] ?? '';
  const withoutOptions = new URL(url);
  withoutOptions.search = '';
  return {
    environment: { DATABASE_URL: url, DATA_DIR: tempFolder() },
    open: (clock, quotas, steadyClock) => openPostgresStore(clock, url, quotas, steadyClock),
    alter: (column, hookId, sealed) =>
      queryPostgres(url, `update hook set ${column} = $1 where id = $2`, [sealed, hookId]),
    contents: () => [
      execFileSync('pg_dump', ['--schema', schema, '--dbname', withoutOptions.href], {
        encoding: 'latin1',
        maxBuffer: 200_000_000,
      }),
    ],
  };
};

/** Every driver; those of PostgreSQL are skipped on a machine without a server. */
export const everyStore: {
  name: string;
  describe: typeof describe | typeof describe.skip;
  begin(): Promise<Ground>;
}[] = [
  { name: 'SQLite', describe, begin: beginSqlite },
  { name: 'PostgreSQL', describe: describePostgres, begin: beginPostgres },
];
