import { Secret } from '../secrets/secret.ts';
import { SealBroken, type Vault } from '../secrets/vault.ts';
import type { HookSeals, WorkspaceKey } from '../store/sealed-values.ts';
import type { Store } from '../store/store.ts';
import { keyCheckAad, signingSecretAad, targetAad, topoKeyAad } from './associated-data.ts';
import { sealHook } from './seal-hook.ts';
import { sealKey } from './seal-key.ts';

const opens = (vault: Vault, sealed: string): boolean => {
  try {
    vault.open(sealed, keyCheckAad);
    return true;
  } catch (error) {
    if (error instanceof SealBroken) return false;
    throw error;
  }
};

/**
 * Seals everything that the old key sealed with the new one, in one transaction. Nothing is done when it was done
 * before. No other server may run on the database meanwhile: it would go on to seal with the old key.
 *
 * @returns whether there was anything to do.
 * @throws SealBroken when neither key fits.
 */
export const reSeal = async (store: Store, oldVault: Vault, vault: Vault): Promise<boolean> => {
  const { keyCheck, workspaceKeys, spareKeys, hooks } = await store.sealedValues();
  if (keyCheck === '' || opens(vault, keyCheck)) return false;
  oldVault.open(keyCheck, keyCheckAad);

  const newKey = ({ organizationId, sealedKey }: WorkspaceKey): WorkspaceKey => {
    const key = oldVault.open(sealedKey, topoKeyAad(organizationId));
    return { organizationId, ...sealKey(vault, organizationId, key) };
  };
  const newHook = ({ id, sealedTarget, sealedSecret }: HookSeals): HookSeals => {
    const url = new URL(oldVault.open(sealedTarget, targetAad(id)).reveal());
    return sealHook(vault, { id, url, secret: oldVault.open(sealedSecret, signingSecretAad(id)) });
  };
  await store.replaceSealed({
    keyCheck: vault.seal(new Secret('the key fits'), keyCheckAad),
    workspaceKeys: workspaceKeys.map(newKey),
    spareKeys: spareKeys.map(newKey),
    hooks: hooks.map(newHook),
  });
  return true;
};
