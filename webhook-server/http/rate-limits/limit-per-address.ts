import type { RequestHandler } from 'express';
import { credentialOf } from '../authentication/credential.ts';
import type { KeyCache } from '../authentication/key-cache.ts';
import type { HttpLimits } from '../limits.ts';
import { limitPerMinute } from './limit-per-minute.ts';

/**
 * Limits, for each address, how often Topo is asked about keys, and how often anybody calls without a key that Topo
 * accepts. Calls with a key that the cache holds as accepted count towards neither.
 */
export const limitPerAddress = (
  keyCache: KeyCache,
  { newKeysPerMinute, unauthenticatedPerMinute }: Pick<HttpLimits, 'newKeysPerMinute' | 'unauthenticatedPerMinute'>,
): RequestHandler[] => [
  limitPerMinute({
    max: unauthenticatedPerMinute,
    message: 'Too many calls without a working API key came from this address.',
    skip: (request) => {
      const credential = credentialOf(request);
      return credential !== undefined && keyCache.peek(credential)?.kind === 'accepted';
    },
  }),
  limitPerMinute({
    max: newKeysPerMinute,
    message: 'Too many different API keys came from this address.',
    skip: (request) => {
      const credential = credentialOf(request);
      return credential === undefined || keyCache.peek(credential) !== undefined;
    },
  }),
];
