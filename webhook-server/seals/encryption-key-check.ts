import { Secret } from '../secrets/secret.ts';
import { SealBroken, type Vault } from '../secrets/vault.ts';
import { keyCheckAad } from './associated-data.ts';

/** Seals the known text that shows at the next start whether the encryption key is still the same. */
export const sealKeyCheck = (vault: Vault): string => vault.seal(new Secret('the key fits'), keyCheckAad);

/** @throws SealBroken when the text was sealed with another key. */
export const verifyKeyCheck = (vault: Vault, sealed: string): void => {
  vault.open(sealed, keyCheckAad);
};

/** Whether the text was sealed with this vault's key. */
export const passesKeyCheck = (vault: Vault, sealed: string): boolean => {
  try {
    verifyKeyCheck(vault, sealed);
    return true;
  } catch (error) {
    if (error instanceof SealBroken) return false;
    throw error;
  }
};
