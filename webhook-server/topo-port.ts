import type { Call } from '../topo/call.ts';
import type { Me } from '../topo/me.ts';
import type { Secret } from './secrets/secret.ts';

/**
 * The outcome of a call. `dateMs` is the response's `Date` header: Topo's own clock, to the second.
 *
 * - `refused`: Topo does not accept the key (401), or the key lacks the scope (403).
 * - `limited`: 429; `retryAfterMs` is how long to wait if Topo says so, from 5 s to an hour.
 * - `failed`: anything else, with the status if there was a response. `reason` is a sentence for the log, without secrets.
 */
export type TopoAnswer<Answer> =
  | { kind: 'answered'; answer: Answer; dateMs: number | undefined; fingerprint?: string | undefined }
  | { kind: 'refused'; status: 401 | 403; reason: string }
  | { kind: 'limited'; retryAfterMs: number | undefined; reason: string }
  | { kind: 'failed'; status: number | undefined; reason: string };

/** Topo answered with the same bytes as before, so they were not parsed again. */
export type Unchanged = { kind: 'unchanged' };

/**
 * With `seen`, the fingerprint of an earlier answer or null, the answer tells its own fingerprint, or that it is
 * unchanged. Without it no answer is ever unchanged.
 */
export type ComparedCall<Answer> = Call<Answer> & { seen?: string | null };

export type CallTopo = <Answer>(
  key: Secret,
  call: ComparedCall<Answer>,
  signal?: AbortSignal,
) => Promise<TopoAnswer<Answer> | Unchanged>;

/** Asks Topo whom a key belongs to (`GET /v1/me`). */
export type Identify = (key: Secret) => Promise<TopoAnswer<Me>>;

export type TopoClient = { call: CallTopo; identify: Identify };

/**
 * The answer to a call that compared nothing.
 *
 * @throws TypeError when it says that it is unchanged all the same.
 */
export const plainAnswer = <Answer>(answer: TopoAnswer<Answer> | Unchanged): TopoAnswer<Answer> => {
  if (answer.kind === 'unchanged') throw new TypeError('Nothing was compared, so nothing can be unchanged.');
  return answer;
};
