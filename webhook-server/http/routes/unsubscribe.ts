import type { Request, RequestHandler } from 'express';
import * as z from 'zod';
import type { Store } from '../../store/store.ts';
import type { TenantStore } from '../../store/tenant-store.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { credentialOf } from '../authentication/credential.ts';
import { HttpError } from '../errors/http-error.ts';
import { parseRequest } from '../validate-request.ts';

type Ports = {
  authenticate: Authenticate;
  store: Pick<Store, 'tenant' | 'hookOfSecret'>;
  /** Is called with the id of a hook that somebody wants to end, and that is not there. */
  onUnknownHook: (hookId: string) => void;
};

const Params = z.object({ hookId: z.string().max(100) });

/**
 * `DELETE /hooks/:hookId`: 204, also when the hook is gone. The caller shows a Topo key of its workspace or the hook's
 * own secret, so that a Zap can be turned off after its key was revoked.
 */
export const unsubscribe = ({ authenticate, store, onUnknownHook }: Ports): RequestHandler => {
  const storeOfSecret = async (secretHash: string, hookId: string): Promise<TenantStore> => {
    const owner = await store.hookOfSecret(secretHash);
    if (owner === undefined) onUnknownHook(hookId);
    if (owner?.hookId !== hookId) throw new HttpError(401, 'unauthorized', 'This is not the secret of this hook.');
    return store.tenant(owner.organizationId);
  };

  const storeFor = async (request: Request, hookId: string): Promise<TenantStore> => {
    const credential = credentialOf(request);
    if (credential?.kind === 'hook secret') return storeOfSecret(credential.hash, hookId);
    const caller = await authenticate(request, 'tasks:read');
    return caller.store;
  };

  return async (request, response) => {
    const { hookId } = parseRequest(Params, request.params);
    const owned = await storeFor(request, hookId);
    if (!(await owned.endHook(hookId))) onUnknownHook(hookId);
    response.status(204).end();
  };
};
