import { errorCode } from '../../error-code.ts';
import { createKeyFile } from '../../secrets/key-file.ts';
import { type Verb, VerbError } from '../verb.ts';

const sentences: Record<string, string> = {
  ENOENT: 'its folder is not there.',
  ENOTDIR: 'its folder is a file.',
  EACCES: 'its folder belongs to another user.',
  EPERM: 'its folder belongs to another user.',
  EROFS: 'the disk may only be read.',
  ENOSPC: 'the disk is full.',
  EDQUOT: 'the disk is full.',
};

const create = (path: string): boolean => {
  try {
    return createKeyFile(path);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === undefined) throw cause;
    throw new VerbError(`${path} cannot be written: ${sentences[code] ?? `${code}.`}`, { cause });
  }
};

/** `topo-for-zapier new-key FILE` */
export const newKey: Verb = {
  summary: 'makes an encryption key and writes it into a file for its owner alone',
  about:
    'Let ENCRYPTION_KEY_FILE name the file. The server encrypts with the key what is secret in its database, and cannot\n' +
    'read it without: keep a copy apart from the database. A file that is there already is left as it is.',
  operands: ['FILE'],
  flags: {},
  async run([path = ''], _flags, { print }) {
    if (!create(path)) {
      throw new VerbError(`${path} is there already, and was left as it is. Choose another name for the new key.`);
    }
    print(`${path} holds a new key, for its owner alone. Let ENCRYPTION_KEY_FILE name it, and keep a copy elsewhere.`);
    return 0;
  },
};
