import type { HttpRequestOptions, ZObject } from 'zapier-platform-core';
import { retryAfterMs } from '../../contract/retry-after.ts';

/** One request, before it is sent. */
export type OutgoingRequest = {
  method: 'GET' | 'PATCH' | 'POST' | 'DELETE';
  url: string;
  json?: unknown;
  headers?: Record<string, string>;
  timeoutMs: number;
};

/** The outcome of a request. `body` is `undefined` when the response is not JSON. */
export type RequestOutcome =
  | {
      kind: 'answered';
      status: number;
      body: unknown;
      retryAfterSeconds: number | undefined;
      /** The header `x-request-id`, where there is one. */
      requestId: string | null;
    }
  /** A redirect, which was not followed. */
  | { kind: 'redirected'; status: number; host: string }
  | { kind: 'timed out'; timeoutMs: number }
  | { kind: 'unreachable'; cause: Error };

/** Zapier stops every call after 30 s; a shorter time-out leaves time to report what happened. */
export const defaultTimeoutMs = 20_000;

// Core would delete `{{name}}` in a body and throw at `{{bundle.name}}`; the JSON escape means the same text.
const encode = (json: unknown): string => JSON.stringify(json).replaceAll('{{', '{\\u007b');

/** `signal`, `merge` and `throwForThrottlingEarly` are missing in core's types. */
type Options = HttpRequestOptions & {
  url: string;
  signal: AbortSignal;
  merge: boolean;
  throwForThrottlingEarly: boolean;
};

const optionsOf = ({ method, url, json, headers, timeoutMs }: OutgoingRequest): Options => ({
  method,
  url,
  headers: {
    accept: 'application/json',
    'user-agent': 'Zapier',
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  },
  ...(json === undefined ? {} : { body: encode(json) }),
  // One deadline for headers and body together; core's own `timeout` starts again for the body.
  signal: AbortSignal.timeout(timeoutMs),
  // When it merges, core blanks a query parameter that contains `{{name}}`: a filter would vanish and its step take all tasks.
  merge: false,
  skipThrowForStatus: true,
  throwForThrottlingEarly: false,
});

const maxRetryAfterMs = 3_600_000;

/** How long Zapier waits because of a `Retry-After` header, in whole seconds: from 5 seconds to an hour. */
export const retryAfterSeconds = (header: string | undefined, nowMs: number): number | undefined => {
  const ms = retryAfterMs(header, nowMs, { maxMs: maxRetryAfterMs });
  return ms === undefined ? undefined : Math.ceil(ms / 1000);
};

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

/** Sends a request with `z.request` and returns its outcome, whatever the status. */
export const sendRequest = async (z: ZObject, request: OutgoingRequest): Promise<RequestOutcome> => {
  const options = optionsOf(request);
  try {
    const response = await z.request<unknown>(options);
    const { status } = response;
    if (isRedirect(status)) return { kind: 'redirected', status, host: new URL(request.url).host };
    return {
      kind: 'answered',
      status,
      body: response.data,
      retryAfterSeconds: retryAfterSeconds(response.headers.get('retry-after') ?? undefined, Date.now()),
      requestId: response.headers.get('x-request-id'),
    };
  } catch (error) {
    if (options.signal.aborted) return { kind: 'timed out', timeoutMs: request.timeoutMs };
    if (error instanceof Error && error.name === 'FetchError') return { kind: 'unreachable', cause: error };
    throw error;
  }
};

/** Redirects are not followed: the API key goes to the configured addresses and nowhere else. */
export const redirectText = (host: string): string =>
  `${host} answered with a redirect, which is not followed because it would take your API key elsewhere. ` +
  'The owner of this integration must check TOPO_API_URL and WEBHOOK_SERVER_URL.';
