import { errorCode } from '../error-code.ts';
import { BackupError } from './backup-error.ts';

const sentences: Record<string, string> = {
  ENOENT: 'its folder is not there.',
  ENOTDIR: 'its folder is a file.',
  EACCES: 'the user who runs the server may not write into its folder.',
  EPERM: 'the user who runs the server may not write into its folder.',
  EROFS: 'the disk may only be read.',
  ENOSPC: 'the disk is full.',
  EDQUOT: 'the disk is full.',
};

/** Why a file could not be written: a sentence where the system gives a reason, else the error as it is. */
export const explainWrite = (path: string, cause: unknown): unknown => {
  const code = errorCode(cause);
  if (code === undefined || code.startsWith('SQLITE_')) return cause;
  return new BackupError(`${path} cannot be written: ${sentences[code] ?? `${code}.`}`, { cause });
};
