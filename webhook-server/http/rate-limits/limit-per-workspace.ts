import type { Request, RequestHandler } from 'express';
import { credentialOf } from '../authentication/credential.ts';
import type { KeyCache } from '../authentication/key-cache.ts';
import { limitPerMinute } from './limit-per-minute.ts';

/** Limits how often one workspace may call in a minute, with all its keys together. A key's first call does not count. */
export const limitPerWorkspace = (keyCache: KeyCache, max: number): RequestHandler => {
  const workspaceOf = (request: Request): string | undefined => {
    const credential = credentialOf(request);
    const identity = credential === undefined ? undefined : keyCache.peek(credential);
    return identity?.kind === 'accepted' ? identity.organizationId : undefined;
  };
  return limitPerMinute({
    max,
    excess: `A workspace may call ${max} times a minute.`,
    keyOf: (request) => workspaceOf(request) ?? 'nobody',
    skip: (request) => workspaceOf(request) === undefined,
  });
};
