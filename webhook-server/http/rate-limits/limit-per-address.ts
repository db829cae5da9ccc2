import type { RequestHandler } from 'express';
import { bearerOf } from '../authentication/credential.ts';
import type { KeyCache } from '../authentication/key-cache.ts';
import type { HttpLimits } from '../limits.ts';
import { limitPerMinute } from './limit-per-minute.ts';

/**
 * Limits, by address, how often Topo is asked about keys, and how often anybody calls without a key that Topo accepts.
 * Calls with a key that is remembered as accepted count to neither.
 */
export const limitPerAddress = (
  keyCache: KeyCache,
  { newKeysPerMinute, unauthenticatedPerMinute }: Pick<HttpLimits, 'newKeysPerMinute' | 'unauthenticatedPerMinute'>,
): RequestHandler[] => [
  limitPerMinute({
    most: unauthenticatedPerMinute,
    message: 'Too many calls without a working API key came from this address.',
    skip: (request) => {
      const key = bearerOf(request);
      return key !== undefined && keyCache.remembered(key)?.kind === 'accepted';
    },
  }),
  limitPerMinute({
    most: newKeysPerMinute,
    message: 'Too many different API keys came from this address.',
    skip: (request) => {
      const key = bearerOf(request);
      return key === undefined || keyCache.remembered(key) !== undefined;
    },
  }),
];
