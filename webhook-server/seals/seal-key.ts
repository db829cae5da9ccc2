import type { Secret } from '../secrets/secret.ts';
import type { Vault } from '../secrets/vault.ts';
import type { SealedKey } from '../store/tenant-store.ts';
import { topoKeyAad } from './associated-data.ts';

/** What is stored of a workspace's Topo key: sealed at its place, and hashed to be told apart. */
export const sealKey = (vault: Vault, organizationId: string, key: Secret): SealedKey => ({
  sealedKey: vault.seal(key, topoKeyAad(organizationId)),
  keyHash: vault.hash(key, 'topo_key'),
});
