import type { Secret } from '../secrets/secret.ts';
import type { Vault } from '../secrets/vault.ts';
import type { NewNudgeAddress } from '../store/tenant-store.ts';
import { nudgeTokenAad } from './associated-data.ts';
import { hashNudgeToken } from './lookup-hashes.ts';

/** What is stored of a nudge address's token: the token, sealed, and the hash to find it by. */
export const sealNudgeToken = (vault: Vault, organizationId: string, token: Secret): NewNudgeAddress => ({
  tokenHash: hashNudgeToken(vault, token),
  sealedToken: vault.seal(token, nudgeTokenAad(organizationId)),
});
