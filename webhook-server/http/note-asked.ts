import type { Freshness } from '../store/tenant-store.ts';
import type { Caller } from './authentication/authenticate.ts';

/**
 * Notes that a step asks, so that its workspace is watched, and tells how far it has been read. For a caller who is only
 * remembered nothing is noted.
 */
export const noteAsked = ({
  store,
  sealKey,
  isRemembered,
}: Pick<Caller, 'store' | 'sealKey' | 'isRemembered'>): Promise<Freshness> =>
  isRemembered ? store.freshness() : store.watch(sealKey());
