import type { Secret } from '../secrets/secret.ts';
import type { Vault } from '../secrets/vault.ts';

/** A Topo key and the hash that it is looked up by. */
export type HashedKey = { key: Secret; hash: string };

/** The hash of a workspace's Topo key. It is stored, so its purpose never changes. */
export const hashTopoKey = (vault: Vault, key: Secret): HashedKey => ({ key, hash: vault.hash(key, 'topo_key') });

/** The hash of the token of a nudge address. */
export const hashNudgeToken = (vault: Vault, token: Secret): string => vault.hash(token, 'nudge_token');

/** The hash of the URL that a hook's deliveries go to. */
export const hashTarget = (vault: Vault, target: Secret): string => vault.hash(target, 'target_url');

/** The hash of the secret that a hook's deliveries are signed with. */
export const hashSigningSecret = (vault: Vault, secret: Secret): string => vault.hash(secret, 'signing_secret');

/** The hash of the Zapier user whom a hook belongs to. */
export const hashZapierUser = (vault: Vault, user: Secret): string => vault.hash(user, 'zapier_user');

/** The hash of the operator's token. It stands in the operator's cookie. */
export const hashOperatorToken = (vault: Vault, token: Secret): string => vault.hash(token, 'operator_token');
