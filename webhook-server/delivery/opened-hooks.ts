import type { TargetCheck, TargetVerdict } from '../hook-target.ts';
import { keepNewest } from '../keep-newest.ts';
import { signingSecretAad, targetAad } from '../seals/associated-data.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Vault } from '../secrets/vault.ts';
import type { DeliveryClaim } from '../store/work-store.ts';

type Sealed = Pick<DeliveryClaim, 'hookId' | 'sealedTarget' | 'sealedSecret'>;

/** Where a hook's deliveries go, if they may, and what they are signed with. */
export type OpenedHook = { target: TargetVerdict; secret: Secret };

/** So many hooks stay open; each is some hundred bytes. */
const mostOpen = 1_000;

/**
 * Opens the seals of hooks. A hook to which much is sent is opened once and not for each delivery, as long as the same
 * seals are read from the database.
 */
export const createOpenedHooks = (vault: Vault, checkTarget: TargetCheck) => {
  const hooks = new Map<string, Sealed & OpenedHook>();

  const isSame = (opened: Sealed, { sealedTarget, sealedSecret }: Sealed): boolean =>
    opened.sealedTarget === sealedTarget && opened.sealedSecret === sealedSecret;

  return {
    /** @throws SealBroken when a seal does not open. */
    open(sealed: Sealed): OpenedHook {
      const { hookId, sealedTarget, sealedSecret } = sealed;
      const known = hooks.get(hookId);
      if (known !== undefined && isSame(known, sealed)) return known;
      const target = checkTarget(vault.open(sealedTarget, targetAad(hookId)).reveal());
      const secret = vault.open(sealedSecret, signingSecretAad(hookId));
      const opened = { hookId, sealedTarget, sealedSecret, target, secret };
      keepNewest(hooks, hookId, opened, mostOpen);
      return opened;
    },
  };
};
