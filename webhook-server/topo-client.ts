import { hash } from 'node:crypto';
import ky from 'ky';
import { retryAfterMs } from '../contract/retry-after.ts';
import { callUrl } from '../topo/call-url.ts';
import { me } from '../topo/me.ts';
import { TopoErrorBody } from '../topo/topo-error-body.ts';
import type { Secret } from './secrets/secret.ts';
import {
  type CallTopo,
  type ComparedCall,
  plainAnswer,
  type TopoAnswer,
  type TopoClient,
  type Unchanged,
} from './topo-port.ts';

const timeoutMs = 20_000;

/** Topo's `Retry-After` puts a workspace off for at most this long. */
const maxRetryAfterMs = 3_600_000;

/** Keep at most this many characters of Topo's message. */
const maxMessageCharacters = 500;

const dateOf = (headers: Headers): number | undefined => {
  const dateMs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(dateMs) ? undefined : dateMs;
};

/** Topo's error response, for the log. Its message might quote the key. */
const describe = async (response: Response, key: Secret): Promise<string> => {
  const body: unknown = await response.json().catch(() => undefined);
  const { message, request_id } = TopoErrorBody.catch({}).parse(body);
  const said =
    message === undefined ? '' : `: ${message.replaceAll(key.reveal(), String(key)).slice(0, maxMessageCharacters)}`;
  const id = request_id === undefined ? '' : ` (Topo's request id: ${request_id})`;
  return `Topo answered ${response.status}${said}${id}`;
};

/** Why a request failed without a response. */
const failureOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return 'unknown error';
  const cause: unknown = 'cause' in error ? error.cause : undefined;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return 'message' in error ? String(error.message) : 'unknown error';
};

/** `undefined` for text that is not JSON: an error would quote the text. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * The server's client of Topo, with ky. It never retries by itself, since polls come again anyway, and follows no redirect,
 * so that the key goes to Topo's origin only.
 *
 * @param baseUrl Topo's API with its version, for example `https://api.topo.io/v1`.
 */
export const createTopoClient = (baseUrl: string): TopoClient => {
  const call = async <Answer>(
    key: Secret,
    { answer, seen, ...request }: ComparedCall<Answer>,
    signal: AbortSignal,
  ): Promise<TopoAnswer<Answer> | Unchanged> => {
    const response = await ky(callUrl(baseUrl, request), {
      method: request.method,
      ...(request.json === undefined ? {} : { json: request.json }),
      headers: { authorization: `Bearer ${key.reveal()}`, accept: 'application/json' },
      redirect: 'manual',
      retry: 0,
      throwHttpErrors: false,
      // ky's time-out ends with the headers; the signal's covers the body too.
      timeout: false,
      signal,
    });
    const { status, headers } = response;
    if (status === 401 || status === 403) return { kind: 'refused', status, reason: await describe(response, key) };
    if (status === 429) {
      return {
        kind: 'limited',
        retryAfterMs: retryAfterMs(headers.get('retry-after') ?? undefined, dateOf(headers) ?? Date.now(), {
          maxMs: maxRetryAfterMs,
          fractions: true,
        }),
        reason: await describe(response, key),
      };
    }
    if (!response.ok) return { kind: 'failed', status, reason: await describe(response, key) };

    const bytes = Buffer.from(await response.arrayBuffer());
    const fingerprint = seen === undefined ? undefined : hash('sha256', bytes, 'base64');
    if (fingerprint !== undefined && fingerprint === seen) return { kind: 'unchanged' };
    const body = parseJson(bytes.toString('utf8'));
    if (body === undefined) return { kind: 'failed', status, reason: `Topo's answer to ${request.path} is not JSON` };
    const parsed = answer.safeParse(body);
    if (parsed.success) return { kind: 'answered', answer: parsed.data, dateMs: dateOf(headers), fingerprint };
    const fields = parsed.error.issues.map(({ path }) => path.join('.')).slice(0, 5);
    return {
      kind: 'failed',
      status,
      reason: `Topo's answer to ${request.path} is not of the known shape: ${fields.join(', ')}`,
    };
  };

  /** Turns a network failure into an outcome like any other. */
  const callSafely: CallTopo = async (key, request, signal) => {
    // `AbortSignal.timeout` would stay in memory for the whole time-out after every call.
    const abort = new AbortController();
    const giveUp = () => abort.abort(signal?.reason);
    const timer = setTimeout(() => abort.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted) giveUp();
    try {
      return await call(key, request, abort.signal);
    } catch (error) {
      return { kind: 'failed', status: undefined, reason: `Topo could not be reached (${failureOf(error)})` };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  };

  return { call: callSafely, identify: async (key) => plainAnswer(await callSafely(key, me())) };
};
