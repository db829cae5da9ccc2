import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { errorCode } from '../error-code.ts';
import { BackupError } from './backup-error.ts';
import { BackupReport, checkAside } from './check-aside.ts';

/** A backup that is there whole. */
export const WrittenBackup = BackupReport.extend({ path: z.string(), bytes: z.number() });
export type WrittenBackup = z.output<typeof WrittenBackup>;

const sentences: Record<string, string> = {
  ENOENT: 'its folder is not there.',
  ENOTDIR: 'its folder is a file.',
  EACCES: 'the user who runs the server may not write into its folder.',
  EPERM: 'the user who runs the server may not write into its folder.',
  EROFS: 'the disk may only be read.',
  ENOSPC: 'the disk is full.',
  EDQUOT: 'the disk is full.',
};

const explain = (path: string, cause: unknown): unknown => {
  const code = errorCode(cause);
  if (code === undefined || code.startsWith('SQLITE_')) return cause;
  return new BackupError(`${path} cannot be written: ${sentences[code] ?? `${code}.`}`, { cause });
};

const syncFolder = (folder: string): void => {
  // Windows cannot sync folders, and need not.
  if (process.platform === 'win32') return;
  const opened = openSync(folder, 'r');
  fsyncSync(opened);
  closeSync(opened);
};

/** What SQLite puts beside a file while it writes. */
const removeDraft = (draft: string): void => {
  for (const path of [draft, `${draft}-journal`, `${draft}-wal`]) rmSync(path, { force: true });
};

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
    throw explain(path, error);
  } finally {
    removeDraft(draft);
  }
};
