/*
 * What each sealed value is bound to. A value that is copied into another row or column does not open there. Stored
 * values depend on these texts, so they never change.
 */
import type { AssociatedData } from '../secrets/vault.ts';

/** For the Topo key of a workspace. */
export const topoKeyAad = (organizationId: string): AssociatedData => `workspace/${organizationId}/topo_key`;

/** For the token of a workspace's nudge address. */
export const nudgeTokenAad = (organizationId: string): AssociatedData => `workspace/${organizationId}/nudge_token`;

/** For the URL that a hook's deliveries go to. */
export const targetAad = (hookId: string): AssociatedData => `hook/${hookId}/target_url`;

/** For the secret that a hook's deliveries are signed with. */
export const signingSecretAad = (hookId: string): AssociatedData => `hook/${hookId}/signing_secret`;

/** For the known text that shows at start-up whether the encryption key is the right one. */
export const keyCheckAad: AssociatedData = 'store/key_check';
