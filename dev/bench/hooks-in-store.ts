import { signingSecretAad, targetAad, topoKeyAad } from '../../webhook-server/seals/associated-data.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';
import { createVault } from '../../webhook-server/secrets/vault.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import type { TopoPlace } from './sandbox-process.ts';

/** The same in every process of a benchmark, so that one can open what another has sealed. */
export const encryptionKey = Buffer.alloc(32, 1);
export const vault = createVault(encryptionKey);

/** The workspace of `addHook`, where no other is named. */
export const organizationId = 'bench';

const signingSecret = new Secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);

/** Adds a hook for every event. Its target is not checked. */
export const addHook = async (
  store: Store,
  id: string,
  target: string,
  organization = organizationId,
): Promise<void> => {
  await store.tenant(organization).subscribe({
    id,
    targetHash: id,
    rateLimitKey: null,
    secretHash: id,
    sealedTarget: vault.seal(new Secret(target), targetAad(id)),
    sealedSecret: vault.seal(signingSecret, signingSecretAad(id)),
    sealedKey: '',
    keyHash: '',
    filters: {},
    oncePer: 'task',
    bringsNeededKey: false,
  });
};

/** Adds a hook with a key of Topo, so that the detector polls the workspace. Its target is not checked. */
export const addPolledHook = async (
  store: Store,
  { organizationId, key }: Pick<TopoPlace, 'organizationId' | 'key'>,
  id = 'hok_bench',
  target = 'http://127.0.0.1:9/',
): Promise<void> => {
  await store.tenant(organizationId).subscribe({
    id,
    targetHash: id,
    rateLimitKey: null,
    secretHash: id,
    sealedTarget: vault.seal(new Secret(target), targetAad(id)),
    sealedSecret: vault.seal(signingSecret, signingSecretAad(id)),
    sealedKey: vault.seal(new Secret(key), topoKeyAad(organizationId)),
    keyHash: vault.hash(new Secret(key), 'topo_key'),
    scopes: ['tasks:read', 'tasks:write'],
    filters: {},
    oncePer: 'task',
    bringsNeededKey: false,
  });
};
