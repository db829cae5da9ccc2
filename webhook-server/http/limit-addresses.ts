import type { RequestHandler } from 'express';
import { bearerOf } from './bearer.ts';
import type { Identities } from './identities.ts';
import { limitPerMinute } from './limit-per-minute.ts';
import type { HttpLimits } from './limits.ts';

/**
 * Limits, by address, how often Topo is asked about keys, and how often anybody calls without a key that Topo accepts.
 * Calls with a key that is remembered as accepted count to neither.
 */
export const limitAddresses = (
  identities: Identities,
  { newKeysPerMinute, strangersPerMinute }: Pick<HttpLimits, 'newKeysPerMinute' | 'strangersPerMinute'>,
): RequestHandler[] => [
  limitPerMinute({
    most: strangersPerMinute,
    message: 'Too many calls without a working API key came from this address.',
    skip: (request) => {
      const key = bearerOf(request);
      return key !== undefined && identities.remembered(key)?.kind === 'accepted';
    },
  }),
  limitPerMinute({
    most: newKeysPerMinute,
    message: 'Too many different API keys came from this address.',
    skip: (request) => {
      const key = bearerOf(request);
      return key === undefined || identities.remembered(key) !== undefined;
    },
  }),
];
