import { callUrl } from '../topo/call-url.ts';
import { me } from '../topo/me.ts';
import { errorCode } from './error-code.ts';

/** `dateMs` is Topo's own clock, to the second; `reason` is the code of the failure, or its message. */
export type TopoReach =
  | { kind: 'answers'; status: number; dateMs: number | undefined; tookMs: number }
  | { kind: 'silent'; reason: string };

const timeoutMs = 10_000;

const messageOf = (error: object): string => ('message' in error ? String(error.message) : 'unknown error');

/** Node's fetch says “fetch failed”, and why in the cause. */
const reasonOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return String(error);
  if ('name' in error && error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const cause = 'cause' in error && typeof error.cause === 'object' && error.cause !== null ? error.cause : error;
  return errorCode(cause) ?? messageOf(cause);
};

/**
 * Asks Topo something without a key, which it refuses: it shows that there is a Topo at this address.
 *
 * @param baseUrl Topo's API with its version, for example `https://api.topo.io/v1`.
 */
export const reachTopo = async (baseUrl: string, signal?: AbortSignal): Promise<TopoReach> => {
  const timeout = AbortSignal.timeout(timeoutMs);
  const begun = performance.now();
  try {
    const { status, headers, body } = await fetch(callUrl(baseUrl, me()), {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    await body?.cancel();
    const dateMs = Date.parse(headers.get('date') ?? '');
    const tookMs = Math.round(performance.now() - begun);
    return { kind: 'answers', status, dateMs: Number.isNaN(dateMs) ? undefined : dateMs, tookMs };
  } catch (error) {
    return { kind: 'silent', reason: reasonOf(error) };
  }
};

/** Whether an answer is one that Topo gives to a call without a key. */
export const isTopo = (status: number): boolean => status === 401 || status === 403 || status === 429;
