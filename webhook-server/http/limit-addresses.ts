import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { bearerOf } from './bearer.ts';
import { HttpError } from './http-error.ts';
import type { Identities } from './identities.ts';

/** So many keys that are not remembered may an address try in a minute. Zapier's users share a few addresses. */
const newKeysPerMinute = 120;

/** Limits, by address, how often Topo is asked about keys. Calls with a key that is remembered do not count. */
export const limitAddresses = (identities: Identities): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: newKeysPerMinute,
    standardHeaders: false,
    legacyHeaders: false,
    // Whether forwarded addresses are trusted is configured; one that is not trusted is no fault.
    validate: { xForwardedForHeader: false },
    skip: (request) => {
      const key = bearerOf(request);
      return key === undefined || identities.isRemembered(key);
    },
    handler: (_request, _response, next) => {
      next(
        new HttpError(
          429,
          'rate_limited',
          'Too many different API keys came from this address. Try again in a minute.',
          { retryAfterSeconds: 60 },
        ),
      );
    },
  });
