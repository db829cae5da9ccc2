import { passesKeyCheck } from '../seals/encryption-key-check.ts';
import type { Vault } from '../secrets/vault.ts';
import { openTarget, type Target } from '../store/postgres/open-target.ts';
import { explain } from '../store/postgres/translate-postgres-error.ts';
import { openSource, type Source } from '../store/sqlite/open-source.ts';
import { StoreError } from '../store/store.ts';
import { type CopiedTable, type CopyPorts, copyTable } from './copy-table.ts';
import { type MatchedTable, matchTables } from './match-tables.ts';

export type Moving = {
  /** The SQLite file, which no server uses. */
  databasePath: string;
  /** The PostgreSQL database, which is empty or holds a part of an earlier move. */
  url: string;
  vault: Vault;
  onProgress: CopyPorts['onProgress'];
  onTable: (table: CopiedTable) => void;
};

const checkKey = ({ keyCheck }: Source, vault: Vault): void => {
  if (keyCheck === undefined)
    throw new StoreError('No server was ever started with this file: there is nothing to move.');
  if (passesKeyCheck(vault, keyCheck)) return;
  throw new StoreError('The database was encrypted with another key. Let ENCRYPTION_KEY_FILE name that key.');
};

const refuseUsed = (source: Source, target: Target): void => {
  if (source.state === 'moved' && target.state !== 'unfinished') {
    throw new StoreError('Everything was moved from this file already. Start the servers with DATABASE_URL.');
  }
  if (target.state !== 'used') return;
  throw new StoreError(
    'The database of DATABASE_URL is in use by a server, or was. A move needs an empty one: nothing is mixed, and ' +
      'nothing overwritten.',
  );
};

/** Numbers that were given once are not given again. */
const countOn = async ({ name, columns }: MatchedTable, rows: number, { source, target }: CopyPorts): Promise<void> => {
  const numbered = columns.find(({ isIdentity }) => isIdentity);
  if (numbered === undefined) return;
  const highest = Math.max(source.highestNumber(name), rows === 0 ? 0 : source.highest(name, numbered.expression));
  if (highest > 0) await target.countFrom(name, numbered.name, highest);
};

const move = async (source: Source, target: Target, { vault, onProgress, onTable }: Moving): Promise<CopiedTable[]> => {
  checkKey(source, vault);
  refuseUsed(source, target);
  if (source.state === 'own') source.mark('moving');
  if (target.state === 'new') await target.begin();
  const ports = { source, target, onProgress };
  const copied: CopiedTable[] = [];
  for (const table of matchTables(source.tables, await target.tables())) {
    const one = await copyTable(table, ports);
    await countOn(table, one.rows, ports);
    copied.push(one);
    onTable(one);
  }
  // In this order: at no moment a server could use both.
  source.mark('moved');
  await target.finish();
  return copied;
};

/**
 * Moves everything from a SQLite file into PostgreSQL, and compares both table by table. From its beginning on no server
 * uses the file, until its end none uses the database; when it is stopped, the next call goes on.
 *
 * @returns the tables, each the same in both databases.
 * @throws StoreError with a sentence that says what to do.
 */
export const moveToPostgres = async (moving: Moving): Promise<CopiedTable[]> => {
  const source = openSource(moving.databasePath);
  try {
    const target = await openTarget(moving.url);
    try {
      return await move(source, target, moving);
    } catch (error) {
      throw explain(error);
    } finally {
      await target.close();
    }
  } finally {
    source.close();
  }
};

/**
 * Gives the file back to its server, if a move has begun and not ended. What was copied stays in PostgreSQL, and is of no
 * use to a server there.
 *
 * @throws StoreError when no move has begun, or it has ended.
 */
export const cancelMove = (databasePath: string): void => {
  const source = openSource(databasePath);
  try {
    if (source.state === 'own') throw new StoreError('No move of this file has begun: there is nothing to cancel.');
    if (source.state === 'moved') throw new StoreError('Everything was moved from this file. There is no way back.');
    source.mark('own');
  } finally {
    source.close();
  }
};
