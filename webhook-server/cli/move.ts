import { existsSync } from 'node:fs';
import { databasePathIn } from '../data-files.ts';
import { cancelMove, moveToPostgres } from '../move/move-to-postgres.ts';
import { loadEncryptionKey } from '../secrets/encryption-key.ts';
import { createVault } from '../secrets/vault.ts';
import { StoreError } from '../store/store.ts';
import { readConfigured } from './configured.ts';
import { type Surroundings, VerbError } from './verb.ts';

const written = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'row' : 'rows'}`;

const explaining = async (work: () => Promise<number>): Promise<number> => {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof StoreError ? new VerbError(cause.message, { cause }) : cause;
  }
};

const requireFile = (path: string): void => {
  if (existsSync(path)) return;
  throw new VerbError(`There is no database at ${path}. DATA_DIR may name another place.`);
};

/** Moves everything, and says how far it is. */
export const move = (surroundings: Surroundings): Promise<number> =>
  explaining(async () => {
    const { databaseUrl, dataFolder, encryptionKey } = readConfigured(surroundings);
    if (databaseUrl === undefined)
      throw new VerbError('Set DATABASE_URL to the empty database that everything goes into.');
    const databasePath = databasePathIn(dataFolder);
    requireFile(databasePath);
    await moveToPostgres({
      databasePath,
      url: databaseUrl.reveal(),
      vault: createVault(loadEncryptionKey(encryptionKey, dataFolder).bytes),
      onProgress: (table, done, total) =>
        surroundings.print(`${table}: ${done.toLocaleString('en')} of ${written(total)}`),
      onTable: ({ name, rows, hash }) =>
        surroundings.print(`${name}: ${written(rows)}, the same (${hash.slice(0, 12)})`),
    });
    surroundings.print(
      `Everything was moved. Start the servers with DATABASE_URL, and keep ${databasePath} until they run.`,
    );
    return 0;
  });

/** Gives the file back to its server. */
export const cancel = (surroundings: Surroundings): Promise<number> =>
  explaining(async () => {
    const databasePath = databasePathIn(readConfigured(surroundings).dataFolder);
    requireFile(databasePath);
    cancelMove(databasePath);
    surroundings.print(
      `${databasePath} belongs to its server again. What was copied is of no use: drop that database.`,
    );
    return 0;
  });
