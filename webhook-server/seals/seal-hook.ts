import { Secret } from '../secrets/secret.ts';
import type { Vault } from '../secrets/vault.ts';
import type { HookSeals } from '../store/sealed-values.ts';
import { signingSecretAad, targetAad } from './associated-data.ts';
import { zapierUserOf } from './zapier-user.ts';

const paceKeyOf = (vault: Vault, url: URL): string | null => {
  const user = zapierUserOf(url);
  return user === undefined ? null : vault.hash(new Secret(user), 'zapier_user');
};

/** What is stored of a hook's target and of its secret: sealed at its places, and hashed to be found by. */
export const sealHook = (vault: Vault, hook: { id: string; url: URL; secret: Secret }): HookSeals => {
  const { id, url, secret } = hook;
  const target = new Secret(url.href);
  return {
    id,
    targetHash: vault.hash(target, 'target_url'),
    paceKey: paceKeyOf(vault, url),
    secretHash: vault.hash(secret, 'signing_secret'),
    sealedTarget: vault.seal(target, targetAad(id)),
    sealedSecret: vault.seal(secret, signingSecretAad(id)),
  };
};
