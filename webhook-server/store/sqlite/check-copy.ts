import SqliteDatabase, { type Database } from 'better-sqlite3';
import { StoreError } from '../store.ts';
import { knownSchema } from './migrate-sqlite.ts';
import { refuseMoved } from './move-mark.ts';
import { explainOpenError } from './open-sqlite.ts';

/** What a copy of the database holds. `schema` is the number of its tables' version. */
export type CopyReport = {
  schema: number;
  workspaces: number;
  liveHooks: number;
  events: number;
  waitingDeliveries: number;
};

const count = (database: Database, from: string): number =>
  Number(database.prepare(`select count(*) from ${from}`).pluck().get());

const tablesIn = (database: Database): unknown[] =>
  database.prepare(`select name from sqlite_schema where type = 'table'`).pluck().all();

const check = (database: Database, path: string): CopyReport => {
  // Without a second file beside it the copy is whole in itself.
  database.pragma('locking_mode = exclusive');
  database.pragma('journal_mode = delete');
  const fault: unknown = database.pragma('integrity_check(1)', { simple: true });
  if (fault !== 'ok') throw new StoreError(`${path} is damaged: ${String(fault)}.`);
  if (!tablesIn(database).includes('key_check')) throw new StoreError(`${path} is no database of this server.`);
  const schema = Number(database.pragma('user_version', { simple: true }));
  refuseMoved(schema);
  if (schema > knownSchema) {
    throw new StoreError(
      `${path} is of a newer version of this server (schema ${schema}, known here: ${knownSchema}).`,
    );
  }
  return {
    schema,
    workspaces: count(database, 'workspace'),
    liveHooks: count(database, 'hook where ended_at_ms is null'),
    events: count(database, 'event'),
    waitingDeliveries: count(database, `delivery where state = 'waiting'`),
  };
};

/**
 * Opens a copy of the database that nothing uses, reads all of it, and counts what it holds.
 *
 * @throws StoreError when it is damaged, of a newer version, or no database of ours.
 */
export const checkCopy = (path: string): CopyReport => {
  try {
    const database = new SqliteDatabase(path, { timeout: 0, fileMustExist: true });
    try {
      return check(database, path);
    } finally {
      database.close();
    }
  } catch (cause) {
    throw cause instanceof StoreError ? cause : new StoreError(explainOpenError(path, cause), { cause });
  }
};
