import type { RequestHandler } from 'express';
import type { Vault } from '../../secrets/vault.ts';
import { bearerOf } from '../authentication/credential.ts';
import { limitPerMinute } from './limit-per-minute.ts';

/** Limits how often one key may call a route in a minute. Calls without a key are refused further on. */
export const limitPerKey = (vault: Vault, most: number): RequestHandler =>
  limitPerMinute({
    most,
    message: `This key may call here ${most} times a minute.`,
    keyOf: (request) => {
      const key = bearerOf(request);
      return key === undefined ? 'nobody' : vault.hash(key, 'rate_limit');
    },
    skip: (request) => bearerOf(request) === undefined,
  });
