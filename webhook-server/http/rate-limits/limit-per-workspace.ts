import type { Request, RequestHandler } from 'express';
import { bearerOf } from '../authentication/credential.ts';
import type { KeyCache } from '../authentication/key-cache.ts';
import { limitPerMinute } from './limit-per-minute.ts';

/** Limits how often one workspace may call, whichever of its keys it calls with. The first call of a key is not counted. */
export const limitPerWorkspace = (keyCache: KeyCache, most: number): RequestHandler => {
  const workspaceOf = (request: Request): string | undefined => {
    const key = bearerOf(request);
    const known = key === undefined ? undefined : keyCache.remembered(key);
    return known?.kind === 'accepted' ? known.organizationId : undefined;
  };
  return limitPerMinute({
    most,
    message: `A workspace may call ${most} times a minute.`,
    keyOf: (request) => workspaceOf(request) ?? 'nobody',
    skip: (request) => workspaceOf(request) === undefined,
  });
};
