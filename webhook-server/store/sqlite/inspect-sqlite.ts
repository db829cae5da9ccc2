import { statSync } from 'node:fs';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { errorCode } from '../../error-code.ts';
import type { Inspection } from '../inspection.ts';
import { StoreError } from '../store.ts';
import { knownSchema } from './migrate-sqlite.ts';
import { refuseMoved } from './move-mark.ts';
import { explainOpenError } from './open-sqlite.ts';

const readKeyCheck = (database: Database): string | undefined => {
  const hasTable = database.prepare(`select 1 from sqlite_schema where type = 'table' and name = 'key_check'`).get();
  if (hasTable === undefined) return undefined;
  const sealed: unknown = database.prepare('select sealed from key_check').pluck().get();
  return typeof sealed === 'string' ? sealed : undefined;
};

/** Looks into a SQLite file as a server would open it, with its lock and the right to write, and changes nothing. */
export const inspectSqlite = (path: string): Inspection => {
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return { kind: 'new' };
    const database = new SqliteDatabase(path, { timeout: 0, fileMustExist: true });
    try {
      // Without it SQLite would put a third file beside the database.
      database.pragma('locking_mode = exclusive');
      database.exec('begin immediate; rollback');
      const schema = Number(database.pragma('user_version', { simple: true }));
      refuseMoved(schema);
      return { kind: 'found', schema, known: knownSchema, keyCheck: readKeyCheck(database) };
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof StoreError) return { kind: 'unusable', reason: error.message };
    if (errorCode(error) === 'SQLITE_BUSY') return { kind: 'in use' };
    return { kind: 'unusable', reason: explainOpenError(path, error) };
  }
};
