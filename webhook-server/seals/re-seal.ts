import type { Vault } from '../secrets/vault.ts';
import type { HookSeals, WorkspaceKey } from '../store/sealed-values.ts';
import type { Store } from '../store/store.ts';
import { signingSecretAad, targetAad, topoKeyAad } from './associated-data.ts';
import { passesKeyCheck, sealKeyCheck, verifyKeyCheck } from './encryption-key-check.ts';
import { hashTopoKey } from './lookup-hashes.ts';
import { sealHook } from './seal-hook.ts';
import { sealKey } from './seal-key.ts';

/**
 * Re-seals everything that the old key sealed with the new one, in one transaction. Does nothing when that was done
 * before. No other server may run on the database meanwhile: it would go on sealing with the old key.
 *
 * @returns whether there was anything to do.
 * @throws SealBroken when neither key fits.
 */
export const reSeal = async (store: Store, oldVault: Vault, vault: Vault): Promise<boolean> => {
  const { keyCheck, workspaceKeys, spareKeys, hooks } = await store.sealedValues();
  if (keyCheck === '' || passesKeyCheck(vault, keyCheck)) return false;
  verifyKeyCheck(oldVault, keyCheck);

  const newKey = ({ organizationId, sealedKey }: WorkspaceKey): WorkspaceKey => {
    const key = oldVault.open(sealedKey, topoKeyAad(organizationId));
    return { organizationId, ...sealKey(vault, organizationId, hashTopoKey(vault, key)) };
  };
  const newHook = ({ id, sealedTarget, sealedSecret }: HookSeals): HookSeals => {
    const url = new URL(oldVault.open(sealedTarget, targetAad(id)).reveal());
    return sealHook(vault, { id, url, secret: oldVault.open(sealedSecret, signingSecretAad(id)) });
  };
  await store.replaceSealed({
    keyCheck: sealKeyCheck(vault),
    workspaceKeys: workspaceKeys.map(newKey),
    spareKeys: spareKeys.map(newKey),
    hooks: hooks.map(newHook),
  });
  return true;
};
