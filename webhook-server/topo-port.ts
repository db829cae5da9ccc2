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
  | { kind: 'answered'; answer: Answer; dateMs: number | undefined }
  | { kind: 'refused'; status: 401 | 403; reason: string }
  | { kind: 'limited'; retryAfterMs: number | undefined; reason: string }
  | { kind: 'failed'; status: number | undefined; reason: string };

export type CallTopo = <Answer>(key: Secret, call: Call<Answer>, signal?: AbortSignal) => Promise<TopoAnswer<Answer>>;

/** Asks Topo whom a key belongs to (`GET /v1/me`). */
export type Identify = (key: Secret) => Promise<TopoAnswer<Me>>;

export type TopoClient = { call: CallTopo; identify: Identify };
