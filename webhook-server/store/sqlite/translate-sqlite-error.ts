import { errorCode } from '../../error-code.ts';
import { StoreError } from '../store.ts';

const damaged =
  'The database is damaged. Stop the server, move the file away, and restore a backup with `topo-for-zapier restore`.';

// What is wrong with the disk or the file, as opposed to what is wrong with a statement.
const sentences: Record<string, string> = {
  SQLITE_FULL: 'The disk that holds the database is full. Free some space: the server goes on by itself.',
  SQLITE_READONLY: 'The database cannot be written. Let the user who runs the server write to its folder.',
  SQLITE_CANTOPEN: 'The database cannot be written. Let the user who runs the server write to its folder.',
  SQLITE_IOERR: 'The disk that holds the database does not answer. Check the disk: the server goes on by itself.',
  SQLITE_CORRUPT: damaged,
  SQLITE_NOTADB: damaged,
  SQLITE_BUSY: 'Another process is using the database. Stop it: the server goes on by itself.',
};

/** The error of a statement as the store's callers see it: a StoreError when the disk or the file is at fault. */
export const translateError = (error: unknown): unknown => {
  // By its code: the class belongs to whoever loaded SQLite first. An extended code, such as SQLITE_IOERR_WRITE, begins
  // with the code that it extends.
  const primary = (errorCode(error) ?? '').split('_').slice(0, 2).join('_');
  const message = sentences[primary];
  return message === undefined ? error : new StoreError(message, { cause: error });
};
