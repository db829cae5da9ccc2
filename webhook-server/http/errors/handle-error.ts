import type { ErrorRequestHandler } from 'express';
import type { ErrorBody } from '../../../contract/error-body.ts';
import type { Log } from '../../log.ts';
import { requestIdOf } from '../request-id.ts';
import { toHttpError } from './to-http-error.ts';

/** Answers every error in one shape, without a stack trace. Logs the server's own faults with their cause. */
export const handleError =
  (log: Log): ErrorRequestHandler =>
  (error, _request, response, _next) => {
    const { status, code, message, field, retryAfterSeconds, cause } = toHttpError(error);
    const requestId = requestIdOf(response);
    if (status >= 500) log.error({ requestId, cause }, message);
    if (response.headersSent) {
      // Nobody must take half an answer for a whole one. Express would also print the error, secrets and all.
      if (!response.writableEnded) response.destroy();
      return;
    }
    if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds));
    const body: ErrorBody = {
      error: { code, message, ...(field === undefined ? {} : { field }), request_id: requestId },
    };
    response.status(status).json(body);
  };
