import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Vault } from '../secrets/vault.ts';
import { bearerOf } from './bearer.ts';
import { HttpError } from './http-error.ts';

/** Limits how often one key may call a route in a minute. Calls without a key are refused further on. */
export const limitCalls = (vault: Vault, perMinute: number): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: (request) => {
      const key = bearerOf(request);
      return key === undefined ? 'nobody' : vault.hash(key, 'rate_limit');
    },
    skip: (request) => bearerOf(request) === undefined,
    handler: (_request, _response, next) => {
      const message = `This key may call here ${perMinute} times a minute. Try again in a minute.`;
      next(new HttpError(429, 'rate_limited', message, { retryAfterSeconds: 60 }));
    },
  });
