import { join } from 'node:path';

const databaseFile = 'topo-for-zapier.sqlite';

/** What in the data folder is for the server's user alone. */
export const privateFiles = ['encryption.key', databaseFile, `${databaseFile}-wal`];

/** The SQLite file in a data folder. */
export const databasePathIn = (dataFolder: string): string => join(dataFolder, databaseFile);
