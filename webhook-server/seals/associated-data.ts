import type { Place } from '../secrets/vault.ts';

/** Where the Topo key of a workspace is kept. */
export const topoKeyAad = (organizationId: string): Place => `workspace/${organizationId}/topo_key`;

/** Where the URL that a hook's deliveries go to is kept. */
export const targetAad = (hookId: string): Place => `hook/${hookId}/target_url`;

/** Where the secret that a hook's deliveries are signed with is kept. */
export const signingSecretAad = (hookId: string): Place => `hook/${hookId}/signing_secret`;

/** Where a known text is kept, so that a wrong key is noticed at start-up. */
export const keyCheckAad: Place = 'store/key_check';
