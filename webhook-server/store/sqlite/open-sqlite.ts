import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
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
    // In bytes. After a burst the file beside it is made small again.
    database.pragma('journal_size_limit = 33554432');
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

const denied = new Set(['EPERM', 'EACCES', 'EROFS', 'ENOTSUP']);

/** Takes all rights from other users, where the file system knows such rights and the file is ours. */
const tighten = (path: string): void => {
  const { mode } = statSync(path);
  if ((mode & 0o077) === 0) return;
  try {
    chmodSync(path, mode & 0o700);
  } catch (error) {
    if (!denied.has(errorCode(error) ?? '')) throw error;
  }
};

/** SQLite makes a file that everybody may read, and gives the files beside it the rights of that file. */
const makePrivate = (path: string): void => {
  if (path === ':memory:') return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  for (const file of [path, `${path}-wal`, `${path}-journal`]) if (existsSync(file)) tighten(file);
};

/** Why a file cannot be opened: a sentence that says what to do. */
export const explainOpenError = (path: string, error: unknown): string => {
  switch (errorCode(error)) {
    case 'SQLITE_BUSY':
      return `Another process is using ${path}. Stop it first, or give this one a folder of its own (DATA_DIR).`;
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
      return `${path} cannot be written. Let it and its folder (DATA_DIR) belong to the user who runs the server.`;
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return `${path} is damaged, or is no SQLite file. Move it away, and restore a backup with \`topo-for-zapier restore\`, or start anew.`;
    case 'SQLITE_FULL':
    case 'ENOSPC':
    case 'EDQUOT':
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
    makePrivate(path);
    return openAlone(path);
  } catch (cause) {
    throw cause instanceof StoreError ? cause : new StoreError(explainOpenError(path, cause), { cause });
  }
};
