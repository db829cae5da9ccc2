import { StoreError } from '../store.ts';

/**
 * The number of no migration. While it stands in the table `migration`, every version of the server takes the tables for
 * those of a newer one, and each transaction of a server that runs fails its proof.
 */
export const unfinishedMove = 1_000_000;

/** What is said of a database into which a move has not ended. */
const moveUnfinished =
  'A move from SQLite into this database has not ended. Run `topo-for-zapier move-to-postgres` again: servers start ' +
  'when it is done.';

/** @throws StoreError when a move into the database has begun and not ended. */
export const refuseUnfinished = (seen: number): void => {
  if (seen === unfinishedMove) throw new StoreError(moveUnfinished);
};
