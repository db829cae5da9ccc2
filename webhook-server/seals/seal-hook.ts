import { Secret } from '../secrets/secret.ts';
import type { Vault } from '../secrets/vault.ts';
import type { HookSeals } from '../store/sealed-values.ts';
import { signingSecretAad, targetAad } from './associated-data.ts';
import { hashSigningSecret, hashTarget, hashZapierUser } from './lookup-hashes.ts';
import { zapierUserOf } from './zapier-user-of-target.ts';

const paceKeyOf = (vault: Vault, url: URL): string | null => {
  const user = zapierUserOf(url);
  return user === undefined ? null : hashZapierUser(vault, new Secret(user));
};

/** What is stored of a hook's target and secret: both sealed, and hashes to find the hook by. */
export const sealHook = (vault: Vault, hook: { id: string; url: URL; secret: Secret }): HookSeals => {
  const { id, url, secret } = hook;
  const target = new Secret(url.href);
  return {
    id,
    targetHash: hashTarget(vault, target),
    rateLimitKey: paceKeyOf(vault, url),
    secretHash: hashSigningSecret(vault, secret),
    sealedTarget: vault.seal(target, targetAad(id)),
    sealedSecret: vault.seal(secret, signingSecretAad(id)),
  };
};
