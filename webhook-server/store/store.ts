import type { SealedValues } from './sealed-values.ts';
import type { TenantStore } from './tenant-store.ts';
import type { WorkStore } from './work-store.ts';

/** All data of the server. Every method is one transaction. */
export type Store = {
  /** The store of one organization. */
  tenant(organizationId: string): TenantStore;
  /** The hook with this secret, live or ended, for a call that has the secret and no Topo key. */
  hookOfSecret(secretHash: string): Promise<{ organizationId: string; hookId: string } | undefined>;
  /** The hashes of all Topo keys that workspaces have in use or as a spare. */
  keyHashes(): Promise<string[]>;
  work: WorkStore;
  /** Returns the sealed text that the first start stored, or stores this one. Whoever cannot open it has the wrong key. */
  keyCheck(sealed: string): Promise<string>;
  sealedValues(): Promise<SealedValues>;
  /** Replaces all sealed values by the same ones sealed with another key: all, or none. */
  replaceSealed(values: SealedValues): Promise<void>;
  close(): Promise<void>;
};

/** The database cannot be used; the message says why and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
