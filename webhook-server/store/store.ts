import type { OperatorStore } from './operator-store.ts';
import type { SealedValues } from './sealed-values.ts';
import type { TenantStore } from './tenant-store.ts';
import type { TransactionTime } from './timed-database.ts';
import type { WorkStore } from './work-store.ts';

/** All data of the server. Every method is one transaction. */
export type Store = {
  /** The store of one organization. */
  tenant(organizationId: string): TenantStore;
  /** The hook with this secret, live or ended, for a call that has the secret and no Topo key. */
  hookOfSecret(secretHash: string): Promise<{ organizationId: string; hookId: string } | undefined>;
  /** Whose nudge address has this token, for a call that has nothing else. */
  organizationOfNudge(tokenHash: string): Promise<string | undefined>;
  /** The hashes of all Topo keys that workspaces have in use or as a spare. */
  keyHashes(): Promise<string[]>;
  work: WorkStore;
  operator: OperatorStore;
  /** Returns the sealed text that the first start stored, or stores this one. Whoever cannot open it has the wrong key. */
  keyCheck(sealed: string): Promise<string>;
  sealedValues(): Promise<SealedValues>;
  /**
   * Replaces what `seal` is given by what it returns: all of it or nothing, and while no other server writes. Servers that
   * were started with another key stop. Undefined leaves everything as it is.
   */
  replaceSealed(seal: (values: SealedValues) => SealedValues | undefined): Promise<void>;
  /**
   * Copies the SQLite file into another one, which is there and empty, while everything goes on.
   *
   * @throws StoreError with PostgreSQL, whose own programs do that.
   */
  backUp(path: string): Promise<void>;
  /** Makes an older state of the database tell nothing of what waited, and nothing of what has changed since. */
  beginQuietly(): Promise<void>;
  /** Calls the listener after each transaction. Returns a function that ends this. */
  onTransaction(listener: (time: TransactionTime) => void): () => void;
  /** Resolves when this server must not go on with the database; from then on the store only settles what is under way. */
  outdated: Promise<StoreOutdated>;
  close(): Promise<void>;
};

/** The database cannot be used; the message says why and what to do. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';
}

/** The database is not the one any more that the server was started with; the message says why. It never will be again. */
export class StoreOutdated extends StoreError {
  override readonly name = 'StoreOutdated';
}
