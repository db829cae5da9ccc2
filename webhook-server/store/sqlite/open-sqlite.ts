import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { errorCode } from '../../error-code.ts';
import { StoreError } from '../store.ts';
import { migrate } from './migrate-sqlite.ts';

/**
 * Opens the file and holds it alone: a second process is refused for as long as this one lives. `synchronous=FULL`
 * loses nothing in a power cut; WAL in exclusive mode needs no shared memory.
 */
const openAlone = (path: string): Database => {
  const database = new SqliteDatabase(path, { timeout: 0 });
  try {
    database.pragma('locking_mode = exclusive');
    database.pragma('journal_mode = wal');
    database.pragma('synchronous = full');
    // In pages of 4 kB. What is written again and again meanwhile goes back into the file once.
    database.pragma('wal_autocheckpoint = 4000');
    database.pragma('foreign_keys = on');
    // In kilobytes, so that the pages of a large snapshot do not fill the memory: polling touches few of them.
    database.pragma('cache_size = -4000');
    migrate(database);
    // The lock is taken with the first write, not with the pragma. It proves that no other process runs: whatever was
    // leased belongs to one that is dead.
    database.exec(`
      begin immediate;
      update workspace set lease = null, lease_until_ms = null where lease is not null;
      update delivery set lease = null, lease_until_ms = null where lease is not null and state = 'waiting';
      update chore set lease = null, lease_until_ms = null where lease is not null;
      commit`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

const explain = (path: string, error: unknown): string => {
  switch (errorCode(error)) {
    case 'SQLITE_BUSY':
      return `Another process is using ${path}. Stop it first, or give this one a folder of its own (DATA_DIR).`;
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return `${path} cannot be written. Check that the folder exists and belongs to the user who runs the server.`;
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return `${path} is damaged, or is no SQLite file. Restore it from a backup, or move it away to start anew.`;
    case 'SQLITE_FULL':
      return `The disk that holds ${path} is full. Free some space and start the server again.`;
    default:
      return `${path} cannot be opened (${String(error)}).`;
  }
};

/**
 * Opens or makes a SQLite file, with its tables up to date.
 *
 * @throws StoreError with a sentence that says what to do.
 */
export const openConnection = (path: string): Database => {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openAlone(path);
  } catch (cause) {
    throw cause instanceof StoreError ? cause : new StoreError(explain(path, cause), { cause });
  }
};
