import type { Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { HttpError } from '../errors/http-error.ts';

type RateLimit = {
  max: number;
  /** What the caller is told above the limit, with a 429, or what answers in its place. */
  excess: string | RequestHandler;
  /** Whose calls are counted together. */
  keyOf: (request: Request) => string;
  /** Calls that do not count. */
  skip?: (request: Request) => boolean;
  /** Calls that turn out not to count once they are answered. */
  refund?: (request: Request) => boolean;
};

const refuse =
  (message: string): RequestHandler =>
  (_request, _response, next) => {
    next(new HttpError(429, 'rate_limited', `${message} Try again in a minute.`, { retryAfterSeconds: 60 }));
  };

/** Refuses whoever calls more often in a minute. */
export const limitPerMinute = ({ max, excess, keyOf, skip = () => false, refund }: RateLimit): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: max,
    standardHeaders: false,
    legacyHeaders: false,
    // It would print warnings that callers can provoke, for example with a forwarded address that is not trusted.
    validate: false,
    skip,
    keyGenerator: keyOf,
    ...(refund === undefined ? {} : { skipSuccessfulRequests: true, requestWasSuccessful: refund }),
    handler: typeof excess === 'string' ? refuse(excess) : excess,
  });
