import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { HttpError } from '../errors/http-error.ts';

type Counting = {
  most: number;
  /** What the caller is told when there were more. */
  message: string;
  /** Whose calls are counted together; those of one address unless told. */
  keyOf?: (request: Request) => string;
  /** Calls that do not count. */
  skip: (request: Request) => boolean;
};

/** Answers 429 to whoever calls more often in a minute. */
export const limitPerMinute = ({ most, message, keyOf, skip }: Counting): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: most,
    standardHeaders: false,
    legacyHeaders: false,
    // It would print what callers may provoke: a forwarded address that is not trusted is no fault.
    validate: false,
    skip,
    ...(keyOf === undefined ? {} : { keyGenerator: keyOf }),
    handler: (_request, _response, next) => {
      next(new HttpError(429, 'rate_limited', `${message} Try again in a minute.`, { retryAfterSeconds: 60 }));
    },
  });
