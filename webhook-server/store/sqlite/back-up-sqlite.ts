import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import SqliteDatabase, { type Database as Connection } from 'better-sqlite3';
import { StoreError } from '../store.ts';
import { explainOpenError } from './open-sqlite.ts';

/** In pages of 4 kB: copying them takes about a millisecond, and then others have their turn. */
const pagesAtOnce = 100;

/** After so many steps what was copied is sent to the disk, so that the last sync, which nobody can do aside, is short. */
const stepsPerSync = 20;

/**
 * Copies the database into another file while it is in use. What is written meanwhile is in the copy too. A `vacuum into`
 * would block the process until it ends, and number the hooks anew.
 *
 * @param path an empty file, which only its owner can read.
 * @throws StoreError with a sentence that says what to do.
 */
export const backUpSqlite = async (connection: Connection, path: string): Promise<void> => {
  try {
    const file = await open(path, 'r+');
    let steps = 0;
    let syncing: Promise<void> | undefined;
    const sync = (): void => {
      syncing ??= file.datasync().finally(() => {
        syncing = undefined;
      });
      // A disk that fails is told by the copying itself.
      syncing.catch(() => {});
    };
    try {
      await connection.backup(path, {
        progress() {
          steps += 1;
          if (steps % stepsPerSync === 0) sync();
          return pagesAtOnce;
        },
      });
    } finally {
      await syncing?.catch(() => {});
      await file.close();
    }
  } catch (cause) {
    throw cause instanceof StoreError ? cause : new StoreError(explainOpenError(path, cause), { cause });
  }
};

/**
 * Copies a database that no server uses into another file, with the lock that a server would take.
 *
 * @throws StoreError with a sentence that says what to do.
 */
export const copyStopped = async (from: string, to: string): Promise<void> => {
  try {
    if (!existsSync(from)) throw new StoreError(`There is no database at ${from}. DATA_DIR may name another place.`);
    const connection = new SqliteDatabase(from, { timeout: 0, fileMustExist: true });
    try {
      connection.pragma('locking_mode = exclusive');
      connection.exec('begin immediate; rollback');
      await backUpSqlite(connection, to);
    } finally {
      connection.close();
    }
  } catch (cause) {
    throw cause instanceof StoreError ? cause : new StoreError(explainOpenError(from, cause), { cause });
  }
};
