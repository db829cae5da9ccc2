import type { ErrorRequestHandler } from 'express';
import type { ErrorBody } from '../../../contract/error-body.ts';
import type { Log } from '../../log.ts';
import { QuotaReached } from '../../store/quotas.ts';
import { StoreError } from '../../store/store.ts';
import { requestIdOf } from '../request-id.ts';
import { HttpError } from './http-error.ts';

/** Express's error types for a body that it cannot read. */
const bodyErrors: Record<string, HttpError> = {
  'entity.too.large': new HttpError(413, 'payload_too_large', 'The body is too large. Send less at once.'),
  'entity.parse.failed': new HttpError(400, 'invalid_request', 'The body is not valid JSON.'),
  'encoding.unsupported': new HttpError(415, 'unsupported_media_type', 'Send the body without compression.'),
  'charset.unsupported': new HttpError(415, 'unsupported_media_type', 'Send the body as UTF-8.'),
};

const typeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : undefined;

const statusOf = (error: unknown): number | undefined =>
  error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined;

const translate = (error: unknown): HttpError => {
  if (error instanceof HttpError) return error;
  const known = bodyErrors[typeOf(error) ?? ''];
  if (known !== undefined) return known;
  const status = statusOf(error);
  if (status !== undefined && status >= 400 && status < 500) {
    return new HttpError(400, 'invalid_request', 'The request is malformed.', { cause: error });
  }
  if (error instanceof QuotaReached) return new HttpError(409, 'quota_reached', error.message);
  if (error instanceof StoreError) {
    return new HttpError(
      503,
      'unavailable',
      'The server cannot use its database right now. Nothing is known to have changed. Try again in a moment.',
      { cause: error },
    );
  }
  return new HttpError(
    500,
    'internal_error',
    'Something went wrong on the server. Nothing is known to have changed. Tell its operator the request_id.',
    { cause: error },
  );
};

/** Answers every error in one shape, without a stack trace. Logs the server's own faults with their cause. */
export const handleError =
  (log: Log): ErrorRequestHandler =>
  (error, _request, response, _next) => {
    const { status, code, message, field, retryAfterSeconds, cause } = translate(error);
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
