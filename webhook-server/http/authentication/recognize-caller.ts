import type { Request, RequestHandler } from 'express';
import type { Store } from '../../store/store.ts';
import { type Credential, credentialOf } from './credential.ts';
import type { KeyCache } from './key-cache.ts';
import type { IsKnownKey } from './known-keys.ts';

type Ports = { keyCache: KeyCache; isKnownKey: IsKnownKey; store: Pick<Store, 'hookOfSecret'> };

const recognized = new WeakSet<Request>();

/**
 * Finds out whether the store knows what the caller shows, before Topo is asked. After a restart the cache is empty, and
 * known workspaces must not be counted as strangers.
 */
export const recognizeCaller = ({ keyCache, isKnownKey, store }: Ports): RequestHandler => {
  const isStored = async (credential: Credential): Promise<boolean> =>
    credential.kind === 'hook secret'
      ? (await store.hookOfSecret(credential.hash)) !== undefined
      : keyCache.peek(credential) === undefined && isKnownKey(credential.hash);

  return async (request, _response, next) => {
    const credential = credentialOf(request);
    if (credential !== undefined && (await isStored(credential))) recognized.add(request);
    next();
  };
};

/** Whether the store knows the key or the secret that came with the request. */
export const isRecognized = (request: Request): boolean => recognized.has(request);
