import type { Request, RequestHandler } from 'express';
import { credentialOf } from '../authentication/credential.ts';
import type { KeyCache } from '../authentication/key-cache.ts';
import { isRecognized } from '../authentication/recognize-caller.ts';
import type { HttpLimits } from '../limits.ts';
import { addressOf } from './address-of.ts';
import { limitPerMinute } from './limit-per-minute.ts';

/**
 * Limits, for each address, how often Topo is asked about keys, and how often anybody calls without a key that Topo
 * accepts. Calls with a key that the cache holds as accepted count towards neither. Callers whom the store knows have
 * counts of their own: many share an address, and whatever comes from there must not keep them out.
 */
export const limitPerAddress = (
  keyCache: KeyCache,
  { newKeysPerMinute, unauthenticatedPerMinute }: Pick<HttpLimits, 'newKeysPerMinute' | 'unauthenticatedPerMinute'>,
): RequestHandler[] => {
  const isAccepted = (request: Request): boolean => {
    const credential = credentialOf(request);
    return credential !== undefined && keyCache.peek(credential)?.kind === 'accepted';
  };
  const keyOf = (request: Request): string => {
    const credential = credentialOf(request);
    return credential !== undefined && isRecognized(request) ? credential.hash : addressOf(request);
  };
  return [
    limitPerMinute({
      max: unauthenticatedPerMinute,
      excess: 'Too many calls without a working API key came from this address.',
      keyOf,
      skip: isAccepted,
      refund: isAccepted,
    }),
    limitPerMinute({
      max: newKeysPerMinute,
      excess: 'Too many different API keys came from this address.',
      keyOf,
      skip: (request) => {
        const credential = credentialOf(request);
        return credential?.kind !== 'topo key' || keyCache.peek(credential) !== undefined;
      },
      refund: isAccepted,
    }),
  ];
};
