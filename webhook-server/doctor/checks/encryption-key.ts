import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { keyPathIn } from '../../data-files.ts';
import { decodeKey } from '../../secrets/encryption-key.ts';
import { type Finding, ok, warning } from '../finding.ts';

const check = 'encryption key';

const judgeFile = (path: string): Finding => {
  // Windows has no such modes.
  const mode = process.platform === 'win32' ? 0 : statSync(path).mode & 0o077;
  return mode === 0
    ? ok(check, `It stands in ${path}, for its owner alone. Keep a copy elsewhere.`)
    : warning(check, `Other users of this machine may read ${path}. Take that from them: chmod 600.`);
};

/** Where the key stands, and who else may read it. */
export const checkEncryptionKey = (
  { encryptionKey, dataFolder }: Config,
  keyFile: string | undefined,
): readonly Finding[] => {
  const isPassPhrase = encryptionKey !== undefined && decodeKey(encryptionKey.reveal())?.isCanonical === false;
  const spelling = isPassPhrase
    ? [warning(check, 'It is not written as a program writes keys: a new database would refuse it.')]
    : [];
  if (keyFile !== undefined) return [judgeFile(resolve(keyFile)), ...spelling];
  if (encryptionKey !== undefined)
    return [ok(check, 'It stands in ENCRYPTION_KEY. Keep a copy elsewhere.'), ...spelling];
  const path = resolve(keyPathIn(dataFolder));
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return [judgeFile(path)];
  return [warning(check, `There is none: the first start would make ${path}. Make one with new-key, and keep a copy.`)];
};
