import { join } from 'node:path';

const keyFile = 'encryption.key';
const databaseFile = 'topo-for-zapier.sqlite';

/** What in the data folder is for the server's user alone. */
export const privateFiles = [keyFile, databaseFile, `${databaseFile}-wal`];

/** The SQLite file in a data folder. */
export const databasePathIn = (dataFolder: string): string => join(dataFolder, databaseFile);

/** Where a running server hears the commands of whoever operates it. */
export const controlSocketIn = (dataFolder: string): string => join(dataFolder, 'control.sock');

/** The key that a server makes for itself when none is configured. */
export const keyPathIn = (dataFolder: string): string => join(dataFolder, keyFile);
