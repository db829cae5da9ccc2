import type { Request, RequestHandler } from 'express';
import { bearerOf } from './bearer.ts';
import type { Identities } from './identities.ts';
import { limitPerMinute } from './limit-per-minute.ts';

/** Limits how often one workspace may call, whichever of its keys it calls with. The first call of a key is not counted. */
export const limitWorkspaces = (identities: Identities, most: number): RequestHandler => {
  const workspaceOf = (request: Request): string | undefined => {
    const key = bearerOf(request);
    const known = key === undefined ? undefined : identities.remembered(key);
    return known?.kind === 'accepted' ? known.organizationId : undefined;
  };
  return limitPerMinute({
    most,
    message: `A workspace may call ${most} times a minute.`,
    keyOf: (request) => workspaceOf(request) ?? 'nobody',
    skip: (request) => workspaceOf(request) === undefined,
  });
};
