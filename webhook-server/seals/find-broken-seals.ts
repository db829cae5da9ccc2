import { SealBroken, type Vault } from '../secrets/vault.ts';
import type { SealedValues } from '../store/sealed-values.ts';
import { nudgeTokenAad, signingSecretAad, targetAad, topoKeyAad } from './associated-data.ts';

type Sealed = { place: string; value: string };

const sealsIn = ({ workspaceKeys, spareKeys, nudgeAddresses, hooks }: SealedValues): Sealed[] => [
  ...[...workspaceKeys, ...spareKeys].map(({ organizationId, sealedKey }) => ({
    place: topoKeyAad(organizationId),
    value: sealedKey,
  })),
  ...nudgeAddresses.map(({ organizationId, sealedToken }) => ({
    place: nudgeTokenAad(organizationId),
    value: sealedToken,
  })),
  ...hooks.flatMap(({ id, sealedTarget, sealedSecret }) => [
    { place: targetAad(id), value: sealedTarget },
    { place: signingSecretAad(id), value: sealedSecret },
  ]),
];

const opens = (vault: Vault, { place, value }: Sealed): boolean => {
  try {
    vault.open(value, place);
    return true;
  } catch (error) {
    if (error instanceof SealBroken) return false;
    throw error;
  }
};

/** The places of values that none of these vaults opens. */
export const findBrokenSeals = (vaults: readonly Vault[], values: SealedValues): string[] =>
  sealsIn(values)
    .filter((sealed) => !vaults.some((vault) => opens(vault, sealed)))
    .map(({ place }) => place);
