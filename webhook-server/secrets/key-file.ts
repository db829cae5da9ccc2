import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** An encryption key has so many bytes. */
export const keyBytes = 32;

/**
 * Makes a key and writes it into a file that only its owner can read, atomically and durably: without its key, everything
 * that is sealed is lost. A file that is there stays as it is.
 *
 * @returns whether it made the file.
 * @throws the error of the system, such as `ENOENT` for a folder that is not there.
 */
export const createKeyFile = (path: string): boolean => {
  if (existsSync(path)) return false;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, `${randomBytes(keyBytes).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    linkSync(draft, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
  // Windows cannot sync folders, and need not.
  if (process.platform === 'win32') return true;
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return true;
};
