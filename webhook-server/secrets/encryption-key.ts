import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKeyFile, keyBytes } from './key-file.ts';
import type { Secret } from './secret.ts';

/** The encryption key cannot be used; the message says why and what to do. */
export class EncryptionKeyError extends Error {
  override readonly name = 'EncryptionKeyError';
}

/** `from` says where the key was found: a variable or a file. */
export type EncryptionKey = { bytes: Buffer; isCanonical: boolean; from: string };

/**
 * The 32 bytes that 64 hexadecimal digits or base64 stand for, or `undefined` when they are not 32. Node's decoder skips
 * what is no base64, so that a pass phrase may seem to be a key: `isCanonical` is false for whatever was not written by a
 * program that makes keys.
 */
export const decodeKey = (text: string): Pick<EncryptionKey, 'bytes' | 'isCanonical'> | undefined => {
  const trimmed = text.trim();
  const isHex = /^[0-9a-f]{64}$/i.test(trimmed);
  const bytes = Buffer.from(trimmed, isHex ? 'hex' : 'base64');
  if (bytes.length !== keyBytes) return undefined;
  return { bytes, isCanonical: isHex || bytes.toString('base64') === trimmed };
};

const readText = (text: string, from: string): EncryptionKey => {
  const key = decodeKey(text);
  if (key === undefined) {
    throw new EncryptionKeyError(`${from} must hold 32 bytes, as 64 hexadecimal digits or in base64.`);
  }
  return { ...key, from };
};

/** @throws EncryptionKeyError when it is malformed. */
export const readKey = (configured: Secret, from: string): EncryptionKey => readText(configured.reveal(), from);

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

const explain = (path: string, error: unknown): string => {
  const file = `The encryption key ${path} cannot be read or written`;
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `${file}: the disk is full. Free some space and start the server again.`;
    case 'EROFS':
      return `${file}: the disk may only be read. Choose another folder (DATA_DIR), or set ENCRYPTION_KEY.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${file}: its folder is a file. Choose another folder (DATA_DIR), or set ENCRYPTION_KEY.`;
    case 'EACCES':
    case 'EPERM':
      return `${file}: it or its folder (DATA_DIR) belongs to another user. Give both to the user who runs the server, or set ENCRYPTION_KEY.`;
    default:
      return `${file}. Check that the folder (DATA_DIR) belongs to the user who runs the server, or set ENCRYPTION_KEY.`;
  }
};

/**
 * The key that secrets are sealed with: `ENCRYPTION_KEY` when it is set, else the one in `encryption.key` in the data
 * folder, a file that is created once and only its owner can read.
 *
 * @throws EncryptionKeyError when the key is malformed, or the folder cannot be read or written.
 */
export const loadEncryptionKey = (configured: Secret | undefined, dataFolder: string): EncryptionKey => {
  if (configured !== undefined) return readKey(configured, 'ENCRYPTION_KEY');

  const path = join(dataFolder, 'encryption.key');
  try {
    if (!existsSync(path)) {
      mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
      createKeyFile(path);
    }
    return readText(readFileSync(path, 'utf8'), path);
  } catch (cause) {
    if (cause instanceof EncryptionKeyError) throw cause;
    throw new EncryptionKeyError(explain(path, cause), { cause });
  }
};
