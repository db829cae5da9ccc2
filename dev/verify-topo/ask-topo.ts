import { retryAfterMs } from '../../contract/retry-after.ts';
import type { Call } from '../../topo/call.ts';
import { callUrl } from '../../topo/call-url.ts';
import { TopoErrorBody } from '../../topo/topo-error-body.ts';
import type { Secret } from '../../webhook-server/secrets/secret.ts';
import { quote } from './quote.ts';
import type { Settings } from './read-settings.ts';

/** Waits so many milliseconds; rejects as soon as the signal, if there is one, is aborted. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

/**
 * How a call ended; `said` tells a person what happened when there is no answer.
 *
 * - `answered`: `dateMs` is the `Date` header, to the second.
 * - `refused`: a status that is not 2xx. `data` is what the error's body says besides, if it does.
 * - `misread`: a 2xx whose body is not what `topo/` describes.
 * - `unanswered`: the network failed or time ran out; a write may have been carried out all the same.
 */
export type CallOutcome<Body> =
  | { kind: 'answered'; body: Body; dateMs: number | undefined }
  | { kind: 'refused'; status: number; said: string; data?: unknown }
  | { kind: 'misread'; said: string }
  | { kind: 'unanswered'; said: string };

export type Ask = <Body>(call: Call<Body>) => Promise<CallOutcome<Body>>;

export type AskOptions = Settings & {
  wait: Wait;
  /** Aborts reads and prevents new calls. A write that has begun is waited for, so that its outcome is known. */
  signal?: AbortSignal;
  /** Sees the headers of every answer. */
  onHeaders?: (headers: Headers) => void;
};

const timeoutMs = 20_000;
const mostAttempts = 4;
const maxWaitMs = 60_000;

const dateOf = (headers: Headers): number | undefined => {
  const dateMs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(dateMs) ? undefined : dateMs;
};

/** How long to wait after a 429: its `Retry-After`, within bounds, or else exponential backoff. */
const pauseMs = (headers: Headers, attempt: number): number => {
  const waitMs = retryAfterMs(headers.get('retry-after') ?? undefined, dateOf(headers), { maxMs: maxWaitMs });
  return waitMs ?? 5_000 * 2 ** attempt;
};

const describe = (status: number, { type, message, request_id: requestId }: TopoErrorBody): string => {
  const parts = [
    type ?? '',
    message === undefined ? '' : `“${message}”`,
    requestId === undefined ? '' : `(request ${requestId})`,
  ];
  return quote(['Topo answered', String(status), ...parts].filter((part) => part !== '').join(' '));
};

/** Topo may quote the request, so the key is removed from the text first. */
const read = async <Body>(
  response: Response,
  { path, answer }: Call<Body>,
  key: Secret,
): Promise<CallOutcome<Body>> => {
  const text = (await response.text()).replaceAll(key.reveal(), String(key));
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (!response.ok) {
    const error = TopoErrorBody.catch({}).parse(body);
    const { status } = response;
    return { kind: 'refused', status, said: describe(status, error), data: error['data'] };
  }
  const parsed = answer.safeParse(body);
  if (parsed.success) return { kind: 'answered', body: parsed.data, dateMs: dateOf(response.headers) };
  const fields = parsed.error.issues
    .slice(0, 5)
    .map((issue) => (issue.path.length === 0 ? 'the whole' : issue.path.join('.')));
  return { kind: 'misread', said: quote(`Topo's answer to ${path} is not of the known shape: ${fields.join(', ')}`) };
};

/** The error of `fetch` says only that it failed; the reason is in its cause. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? cause.message : String(cause);
  return quote(text === '' ? 'the connection failed' : text);
};

/**
 * Runs Topo's calls as they are: a status other than 2xx is returned, not thrown, and headers are passed on. Only a 429
 * is retried, after the wait that it asks for. Redirects are not followed, so that the key goes to Topo alone.
 */
export const createAsk = ({ apiUrl, key, wait, signal, onHeaders }: AskOptions): Ask => {
  const send = (call: Call<unknown>): Promise<Response> => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const isRead = call.method === 'GET';
    return fetch(callUrl(apiUrl, call), {
      method: call.method,
      headers: {
        authorization: `Bearer ${key.reveal()}`,
        accept: 'application/json',
        ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
      redirect: 'manual',
      signal: isRead && signal !== undefined ? AbortSignal.any([timeout, signal]) : timeout,
    });
  };

  return async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      let limited: Headers;
      try {
        const response = await send(call);
        onHeaders?.(response.headers);
        const outcome = await read(response, call, key);
        if (response.status !== 429 || attempt === mostAttempts) return outcome;
        limited = response.headers;
      } catch (error) {
        if (call.method === 'GET') signal?.throwIfAborted();
        return { kind: 'unanswered', said: `Topo gave no answer (${reasonOf(error)})` };
      }
      await wait(pauseMs(limited, attempt), signal);
    }
  };
};
