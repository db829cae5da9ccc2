import { existsSync } from 'node:fs';
import { BackupError } from '../backup/backup-error.ts';
import { restoreBackup, type SinceRestore } from '../backup/restore-backup.ts';
import type { Config } from '../config.ts';
import { isControlAnswered } from '../control/call-control.ts';
import { controlSocketIn, databasePathIn, keyPathIn } from '../data-files.ts';
import { EncryptionKeyError, loadEncryptionKey, readKey } from '../secrets/encryption-key.ts';
import { createVault, type Vault } from '../secrets/vault.ts';
import { readConfigured } from './configured.ts';
import { describeBackup } from './describe-backup.ts';
import { explainCall } from './explain-call.ts';
import { type Surroundings, VerbError } from './verb.ts';

/** A server may go on with a database that was deleted under it. */
const refuseRunning = async (dataFolder: string): Promise<void> => {
  const isRunning = await isControlAnswered(controlSocketIn(dataFolder)).catch((cause: unknown) => {
    throw explainCall(dataFolder, cause);
  });
  if (isRunning) throw new VerbError(`A server runs in ${dataFolder}. Stop it first.`);
};

const openVaults = ({ encryptionKey, oldEncryptionKey, dataFolder }: Config): Vault[] => {
  if (encryptionKey === undefined && !existsSync(keyPathIn(dataFolder))) {
    const place = `${keyPathIn(dataFolder)} is not there`;
    throw new VerbError(
      `The backup needs the key that it was encrypted with. Let ENCRYPTION_KEY_FILE name it: ${place}.`,
    );
  }
  try {
    const vault = createVault(loadEncryptionKey(encryptionKey, dataFolder).bytes);
    return oldEncryptionKey === undefined
      ? [vault]
      : [vault, createVault(readKey(oldEncryptionKey, 'ENCRYPTION_KEY_OLD').bytes)];
  } catch (cause) {
    throw cause instanceof EncryptionKeyError ? new VerbError(cause.message, { cause }) : cause;
  }
};

const next: Record<SinceRestore, string> = {
  tell: 'What waited is sent again, and what changed since is told when the server runs.',
  quiet: 'What waited is dropped, and every workspace is read anew: what changed since is not told.',
};

/** Restores a backup, and says what is in it and what follows. */
export const restoreFile = async (
  file: string,
  sinceRestore: SinceRestore,
  surroundings: Surroundings,
): Promise<number> => {
  const config = readConfigured(surroundings);
  const { dataFolder } = config;
  if (config.databaseUrl !== undefined) {
    throw new VerbError('With PostgreSQL use `pg_restore`, or point-in-time recovery. docs/operate.md says how.');
  }
  await refuseRunning(dataFolder);
  const databasePath = databasePathIn(dataFolder);
  try {
    const { broken, ...report } = await restoreBackup({ file, databasePath, vaults: openVaults(config), sinceRestore });
    for (const place of broken) surroundings.printError(`No key opens ${place}.`);
    surroundings.print(`${databasePath} holds ${describeBackup(report)}. ${next[sinceRestore]}`);
    surroundings.print('Zaps that were turned on since the backup must be turned off and on again.');
    return 0;
  } catch (cause) {
    throw cause instanceof BackupError ? new VerbError(cause.message, { cause }) : cause;
  }
};
