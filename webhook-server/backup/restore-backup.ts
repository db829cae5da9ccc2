import { randomBytes } from 'node:crypto';
import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { passesKeyCheck } from '../seals/encryption-key-check.ts';
import { findBrokenSeals } from '../seals/find-broken-seals.ts';
import type { Vault } from '../secrets/vault.ts';
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { StoreError } from '../store/store.ts';
import { BackupError } from './backup-error.ts';
import { type BackupReport, checkAside } from './check-aside.ts';
import { explainWrite } from './explain-write.ts';
import { removeDraft } from './remove-draft.ts';
import { syncFolder } from './sync-folder.ts';

/** What is told of the time between the backup and the restore; docs/operate.md says exactly what. */
export type SinceRestore = 'tell' | 'quiet';

export type Restoring = {
  /** The backup. It stays as it is. */
  file: string;
  /** Where the server's database is going to be. */
  databasePath: string;
  /** Those of ENCRYPTION_KEY and, if there is one, of ENCRYPTION_KEY_OLD. */
  vaults: readonly Vault[];
  sinceRestore: SinceRestore;
};

/** `broken` are the places of values that no key opens: a server goes on without them. */
export type Restored = BackupReport & { broken: readonly string[] };

const besides = ['', '-wal', '-journal', '-shm'];

/** Whatever lies beside a database is a part of it: SQLite would put it into the restored one. */
const refuseOverwriting = (databasePath: string): void => {
  const there = besides.map((end) => `${databasePath}${end}`).find((path) => existsSync(path));
  if (there === undefined) return;
  throw new BackupError(
    `${there} is there, and was left as it is. Stop the server that uses it, and move it away with what lies beside it.`,
  );
};

/** A file that a server has open is only a part of its database. */
const refuseParts = (file: string): void => {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new BackupError(`${file} is not there.`);
  if (!found.isFile()) throw new BackupError(`${file} is no file.`);
  if ((statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  throw new BackupError(
    `${file} is no backup: a part of it lies in ${file}-wal. Make a backup of it with \`topo-for-zapier backup\`.`,
  );
};

/** Brings the copy up to date, checks that its secrets can be read, and makes it ready for its first start. */
const prepare = async (draft: string, { file, vaults, sinceRestore }: Restoring): Promise<string[]> => {
  const store = createSqliteStore(draft);
  try {
    const values = await store.sealedValues();
    if (values.keyCheck !== '' && !vaults.some((vault) => passesKeyCheck(vault, values.keyCheck))) {
      throw new BackupError(
        `${file} was encrypted with another key. Let ENCRYPTION_KEY_FILE name the key of its day; to use a new one as ` +
          'well, let ENCRYPTION_KEY_OLD_FILE name that of its day.',
      );
    }
    if (sinceRestore === 'quiet') await store.beginQuietly();
    return findBrokenSeals(vaults, values);
  } finally {
    await store.close();
  }
};

/**
 * Puts a copy of a backup where the server's database is going to be. It is checked beside that place, and gets its name
 * when it is whole.
 *
 * @throws BackupError with a sentence that says what to do; nothing has changed then.
 */
export const restoreBackup = async (restoring: Restoring): Promise<Restored> => {
  const { file, databasePath } = restoring;
  refuseOverwriting(databasePath);
  refuseParts(file);
  const folder = dirname(databasePath);
  const draft = join(folder, `.restoring.${randomBytes(6).toString('hex')}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    copyFileSync(file, draft, constants.COPYFILE_EXCL);
    chmodSync(draft, 0o600);
    const report = await checkAside(draft).catch((error: unknown) => {
      // Its own name says more than that of the copy.
      throw error instanceof BackupError ? new BackupError(error.message.replaceAll(draft, file)) : error;
    });
    const broken = await prepare(draft, restoring);
    refuseOverwriting(databasePath);
    renameSync(draft, databasePath);
    syncFolder(folder);
    return { ...report, broken };
  } catch (error) {
    if (error instanceof StoreError) throw new BackupError(error.message.replaceAll(draft, file), { cause: error });
    throw explainWrite(databasePath, error);
  } finally {
    removeDraft(draft);
  }
};
