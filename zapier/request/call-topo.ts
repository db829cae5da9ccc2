import type { ZObject } from 'zapier-platform-core';
import type { Call } from '../../topo/call.ts';
import { callUrl } from '../../topo/call-url.ts';
import type { Deadline } from '../deadline.ts';
import { topoApiUrl } from '../environment.ts';
import { invalidFieldsOf } from './invalid-fields.ts';
import { defaultTimeoutMs, sendRequest } from './send-request.ts';
import { type TopoFailure, topoError } from './topo-error.ts';

/** `deadline` is that of the run; a call that belongs to no run has a time-out of its own. */
type Options = { deadline?: Deadline };

/** What became of a call. `requestId` is Topo's name for it, where Topo gives one. */
export type TopoOutcome<Answer> = { kind: 'done'; answer: Answer; requestId: string | null } | TopoFailure;

const isTooLate = ({ method }: Pick<Call<unknown>, 'method'>, deadline: Deadline | undefined): boolean =>
  deadline !== undefined && (deadline.remainingMs() === 0 || (method !== 'GET' && !deadline.mayStartWrite()));

/** Runs a call of Topo's API and answers what became of it, for whoever goes on when it fails. */
export const tryTopo = async <Answer>(
  z: ZObject,
  call: Call<Answer>,
  { deadline }: Options = {},
): Promise<TopoOutcome<Answer>> => {
  if (isTooLate(call, deadline)) return { kind: 'out of time' };
  const { method, json } = call;
  const timeoutMs = deadline?.remainingMs() ?? defaultTimeoutMs;
  const sent = await sendRequest(z, { method, url: callUrl(topoApiUrl(), call).href, json, timeoutMs });
  if (sent.kind !== 'answered') return sent;

  const { status, body, requestId } = sent;
  if (status < 200 || status >= 300) return { ...sent, kind: 'refused' };
  const parsed = call.answer.safeParse(body);
  if (parsed.success) return { kind: 'done', answer: parsed.data, requestId };
  return { kind: 'invalid response', status, invalidFields: body === undefined ? [] : invalidFieldsOf(parsed.error) };
};

/**
 * Runs a call of Topo's API and answers what the call describes.
 *
 * @throws what `topoError` makes of anything else.
 */
export const callTopo = async <Answer>(z: ZObject, call: Call<Answer>, options: Options = {}): Promise<Answer> => {
  const outcome = await tryTopo(z, call, options);
  if (outcome.kind === 'done') return outcome.answer;
  throw topoError(outcome, call);
};
