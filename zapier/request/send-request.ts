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

/** What became of a request. `body` is `undefined` when the answer is not JSON. */
export type RequestOutcome =
  | {
      kind: 'answered';
      status: number;
      body: unknown;
      retryAfterSeconds: number | undefined;
      /** The header `x-request-id`, where there is one. */
      requestId: string | null;
    }
  /** To somewhere else, which was not followed. */
  | { kind: 'redirected'; status: number; host: string }
  | { kind: 'timed out'; timeoutMs: number }
  | { kind: 'unreachable'; cause: Error };

/** Zapier stops every call at 30 s; a time-out of ours leaves room to say what happened. */
export const defaultTimeoutMs = 20_000;

// In a body core may delete `{{name}}` and throw at `{{bundle.name}}`; to JSON the escape is the same text.
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
  // One deadline for the headers and the body together; core's own `timeout` would start again for the body.
  signal: AbortSignal.timeout(timeoutMs),
  // Merging, core blanks what holds `{{name}}` in a query: a filter would be gone, and its step would take everything.
  merge: false,
  skipThrowForStatus: true,
  throwForThrottlingEarly: false,
});

/** How long a `Retry-After` header asks Zapier to wait, in whole seconds, at least one. */
export const retryAfterSeconds = (header: string | undefined, nowMs: number): number | undefined => {
  const ms = retryAfterMs(header, nowMs);
  return ms === undefined ? undefined : Math.max(1, Math.ceil(ms / 1000));
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
