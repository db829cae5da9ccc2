export type HttpErrorCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'quota_reached'
  | 'payload_too_large'
  | 'expectation_failed'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'topo_unavailable'
  | 'unavailable'
  | 'internal_error';

/** An error whose message is for the caller: what happened, and what to do. `field` is a path such as `filters.kinds`. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: HttpErrorCode;
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    code: HttpErrorCode,
    message: string,
    details: { field?: string; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.status = status;
    this.code = code;
    this.field = details.field;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
