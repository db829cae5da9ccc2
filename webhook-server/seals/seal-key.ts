import type { Vault } from '../secrets/vault.ts';
import type { SealedKey } from '../store/tenant-store.ts';
import { topoKeyAad } from './associated-data.ts';
import type { HashedKey } from './lookup-hashes.ts';

/** What is stored of a workspace's Topo key: the key, sealed, and the hash to recognise it by. */
export const sealKey = (vault: Vault, organizationId: string, { key, hash }: HashedKey): SealedKey => ({
  sealedKey: vault.seal(key, topoKeyAad(organizationId)),
  keyHash: hash,
});
