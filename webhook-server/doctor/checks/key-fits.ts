import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { keyPathIn } from '../../data-files.ts';
import { passesKeyCheck } from '../../seals/encryption-key-check.ts';
import { EncryptionKeyError, loadEncryptionKey, readKey } from '../../secrets/encryption-key.ts';
import { createVault } from '../../secrets/vault.ts';
import type { Inspection } from '../../store/inspection.ts';
import { type Finding, ok, warning, wrong } from '../finding.ts';

const check = 'key and database';

const judge = ({ encryptionKey, oldEncryptionKey, dataFolder }: Config, keyCheck: string): Finding => {
  if (encryptionKey === undefined && !existsSync(keyPathIn(dataFolder)))
    return wrong(check, 'The database is encrypted, and its key is not there. Let ENCRYPTION_KEY_FILE name the key.');
  if (passesKeyCheck(createVault(loadEncryptionKey(encryptionKey, dataFolder).bytes), keyCheck))
    return ok(check, 'The key opens the database.');
  const old = oldEncryptionKey && createVault(readKey(oldEncryptionKey, 'ENCRYPTION_KEY_OLD').bytes);
  if (old !== undefined && passesKeyCheck(old, keyCheck))
    return warning(check, 'ENCRYPTION_KEY_OLD opens the database: the next start encrypts it with ENCRYPTION_KEY.');
  return wrong(check, 'The database was encrypted with another key. Give the server the key of its day.');
};

/** Whether the key opens what the database holds. A server that runs has checked that itself. */
export const checkKeyFits = (config: Config, inspection: Inspection): readonly Finding[] => {
  if (inspection.kind !== 'found' || inspection.keyCheck === undefined) return [];
  try {
    return [judge(config, inspection.keyCheck)];
  } catch (error) {
    if (!(error instanceof EncryptionKeyError)) throw error;
    return [wrong(check, error.message)];
  }
};
