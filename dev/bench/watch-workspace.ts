import { topoKeyPlace } from '../../webhook-server/secrets/places.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';
import { createVault } from '../../webhook-server/secrets/vault.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import type { TopoPlace } from './sandbox-process.ts';

/** Every process of a benchmark has the same, so that what one has sealed another can open. */
export const vault = createVault(Buffer.alloc(32, 1));

/** Adds a hook, so that the detector reads the workspace. */
export const subscribe = async (store: Store, { organizationId, key }: TopoPlace): Promise<void> => {
  await store.tenant(organizationId).subscribe({
    id: 'hok_bench',
    targetHash: 'target',
    paceKey: null,
    secretHash: 'secret',
    sealedTarget: '',
    sealedSecret: '',
    sealedKey: vault.seal(new Secret(key), topoKeyPlace(organizationId)),
    keyHash: vault.hash(new Secret(key), 'topo_key'),
    filters: {},
    oncePer: 'task',
    bringsNeededKey: false,
  });
};
