import { QuotaReached } from '../../store/quotas.ts';
import { StoreError } from '../../store/store.ts';
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

/** What the caller is told of an error, whatever threw it. */
export const toHttpError = (error: unknown): HttpError => {
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
