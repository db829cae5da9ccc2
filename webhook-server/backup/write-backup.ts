import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { BackupError } from './backup-error.ts';
import { BackupReport, checkAside } from './check-aside.ts';
import { explainWrite } from './explain-write.ts';
import { removeDraft } from './remove-draft.ts';
import { syncFolder } from './sync-folder.ts';

/** A backup that is there whole. */
export const WrittenBackup = BackupReport.extend({ path: z.string(), bytes: z.number() });
export type WrittenBackup = z.output<typeof WrittenBackup>;

const refuseOverwriting = (path: string): void => {
  if (!existsSync(path)) return;
  throw new BackupError(`${path} is there already, and was left as it is. Choose another name.`);
};

/**
 * Makes a file for its owner alone: it is copied beside its place, checked there, and gets its name when it is whole. A
 * file that is there stays as it is.
 *
 * @param copy writes everything into the empty file that it is given.
 * @throws BackupError, or what `copy` throws, and leaves nothing behind.
 */
export const writeBackup = async (path: string, copy: (draft: string) => Promise<void>): Promise<WrittenBackup> => {
  refuseOverwriting(path);
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    closeSync(openSync(draft, 'wx', 0o600));
    await copy(draft);
    const report = await checkAside(draft);
    refuseOverwriting(path);
    renameSync(draft, path);
    syncFolder(dirname(path));
    return { ...report, path, bytes: statSync(path).size };
  } catch (error) {
    throw explainWrite(path, error);
  } finally {
    removeDraft(draft);
  }
};
