import { copyStopped } from '../store/sqlite/back-up-sqlite.ts';
import { StoreError } from '../store/store.ts';
import { BackupError } from './backup-error.ts';
import { type WrittenBackup, writeBackup } from './write-backup.ts';

/**
 * Makes a backup of a database that no server uses, and changes nothing in it.
 *
 * @throws BackupError with a sentence that says what to do.
 */
export const backUpStopped = async (databasePath: string, path: string): Promise<WrittenBackup> => {
  try {
    return await writeBackup(path, (draft) => copyStopped(databasePath, draft));
  } catch (cause) {
    throw cause instanceof StoreError ? new BackupError(cause.message, { cause }) : cause;
  }
};
