import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Secret } from './secret.ts';

const keyBytes = 32;

/** The 32 bytes that 64 hexadecimal digits or base64 stand for, or `undefined` when they are not 32. */
export const decodeKey = (text: string): Buffer | undefined => {
  const trimmed = text.trim();
  const bytes = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64');
  return bytes.length === keyBytes ? bytes : undefined;
};

const readKey = (text: string, from: string): Buffer => {
  const key = decodeKey(text);
  if (key === undefined) throw new Error(`${from} must hold 32 bytes, as 64 hexadecimal digits or in base64.`);
  return key;
};

/**
 * Makes a file that is there whole or not at all, whatever happens meanwhile, and that a power cut does not take away
 * again. One that somebody else has made first stays as it is.
 */
const writeOnce = (path: string, text: string): void => {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true });
    linkSync(draft, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
};

/**
 * The key that secrets are sealed with: `ENCRYPTION_KEY` when it is set, else the one in `encryption.key` in the data
 * folder, which is made once, readable by its owner alone.
 *
 * @throws Error when the key is malformed, or the folder cannot be read or written.
 */
export const loadEncryptionKey = (configured: Secret | undefined, dataFolder: string): Buffer => {
  if (configured !== undefined) return readKey(configured.reveal(), 'ENCRYPTION_KEY');

  const path = join(dataFolder, 'encryption.key');
  if (!existsSync(path)) {
    mkdirSync(dataFolder, { recursive: true });
    writeOnce(path, `${randomBytes(keyBytes).toString('hex')}\n`);
  }
  return readKey(readFileSync(path, 'utf8'), path);
};
