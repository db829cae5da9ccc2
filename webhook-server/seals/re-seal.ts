import type { Secret } from '../secrets/secret.ts';
import { SealBroken, type Vault } from '../secrets/vault.ts';
import type { HookSeals, NudgeSeals, SealedValues, WorkspaceKey } from '../store/sealed-values.ts';
import type { Store } from '../store/store.ts';
import { nudgeTokenAad, signingSecretAad, targetAad, topoKeyAad } from './associated-data.ts';
import { passesKeyCheck, sealKeyCheck, verifyKeyCheck } from './encryption-key-check.ts';
import { hashTopoKey } from './lookup-hashes.ts';
import { sealHook } from './seal-hook.ts';
import { sealKey } from './seal-key.ts';
import { sealNudgeToken } from './seal-nudge-token.ts';

/** How many values were sealed anew, and the places of those that neither key opens. */
export type ReSealed = { sealed: number; broken: readonly string[] };

/**
 * Seals with the new key whatever only the old one opens, in one transaction beside which no other server writes. A value
 * that neither opens stays as it is. Servers that were started with the old key stop when they see it.
 *
 * @throws SealBroken when neither key fits the database.
 */
export const reSeal = async (store: Store, oldVault: Vault, vault: Vault): Promise<ReSealed> => {
  const sealAnew = (values: SealedValues) => {
    let sealed = 0;
    const broken: string[] = [];

    /** Opens a value with whichever key fits. */
    const open = (value: string, place: string): Secret => {
      try {
        return vault.open(value, place);
      } catch (error) {
        if (!(error instanceof SealBroken)) throw error;
      }
      const secret = oldVault.open(value, place);
      sealed += 1;
      return secret;
    };

    /** Returns the value as it is when nothing of it needs the new key, or nothing can be done. */
    const replace = <Value>(value: Value, place: string, seal: () => Value): Value => {
      const before = sealed;
      try {
        const replaced = seal();
        return sealed === before ? value : replaced;
      } catch (error) {
        if (!(error instanceof SealBroken)) throw error;
        sealed = before;
        broken.push(place);
        return value;
      }
    };

    const replaceKey = (value: WorkspaceKey): WorkspaceKey => {
      const { organizationId, sealedKey } = value;
      const place = topoKeyAad(organizationId);
      return replace(value, place, () => {
        const key = open(sealedKey, place);
        return { organizationId, ...sealKey(vault, organizationId, hashTopoKey(vault, key)) };
      });
    };

    const replaceNudgeAddress = (value: NudgeSeals): NudgeSeals => {
      const { organizationId, sealedToken } = value;
      const place = nudgeTokenAad(organizationId);
      return replace(value, place, () => ({
        organizationId,
        ...sealNudgeToken(vault, organizationId, open(sealedToken, place)),
      }));
    };

    const replaceHook = (value: HookSeals): HookSeals => {
      const { id, sealedTarget, sealedSecret } = value;
      return replace(value, `hook/${id}`, () => {
        const url = new URL(open(sealedTarget, targetAad(id)).reveal());
        return sealHook(vault, { id, url, secret: open(sealedSecret, signingSecretAad(id)) });
      });
    };

    const hasOldKey = !passesKeyCheck(vault, values.keyCheck);
    if (hasOldKey) verifyKeyCheck(oldVault, values.keyCheck);
    const replaced: SealedValues = {
      keyCheck: hasOldKey ? sealKeyCheck(vault) : values.keyCheck,
      workspaceKeys: values.workspaceKeys.map(replaceKey),
      spareKeys: values.spareKeys.map(replaceKey),
      nudgeAddresses: values.nudgeAddresses.map(replaceNudgeAddress),
      hooks: values.hooks.map(replaceHook),
    };
    return { replaced, sealed: sealed + (hasOldKey ? 1 : 0), broken };
  };

  let outcome: ReSealed = { sealed: 0, broken: [] };
  await store.replaceSealed((values) => {
    // Nothing was ever stored.
    if (values.keyCheck === '') return undefined;
    const { replaced, ...counted } = sealAnew(values);
    outcome = counted;
    return counted.sealed > 0 ? replaced : undefined;
  });
  return outcome;
};
