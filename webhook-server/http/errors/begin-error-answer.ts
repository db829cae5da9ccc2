import type { Response } from 'express';
import type { Log } from '../../log.ts';
import { requestIdOf } from '../request-id.ts';
import type { HttpError } from './http-error.ts';
import { toHttpError } from './to-http-error.ts';

/**
 * Begins the answer to an error, whatever its form: logs the server's own faults with their cause, and says when to try
 * again. Undefined when an answer has begun already: then there is nothing left to say.
 */
export const beginErrorAnswer = (
  log: Log,
  error: unknown,
  response: Response,
): { error: HttpError; requestId: string } | undefined => {
  const told = toHttpError(error);
  const requestId = requestIdOf(response);
  if (told.status >= 500) log.error({ requestId, cause: told.cause }, told.message);
  if (response.headersSent) {
    // Nobody must take half an answer for a whole one. Express would also print the error, secrets and all.
    if (!response.writableEnded) response.destroy();
    return undefined;
  }
  if (told.retryAfterSeconds !== undefined) response.set('retry-after', String(told.retryAfterSeconds));
  return { error: told, requestId };
};
