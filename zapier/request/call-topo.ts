import type { ZObject } from 'zapier-platform-core';
import type { Call } from '../../topo/call.ts';
import { callUrl } from '../../topo/call-url.ts';
import type { Deadline } from '../deadline.ts';
import { topoApiUrl } from '../environment.ts';
import { invalidFieldsOf } from './invalid-fields.ts';
import { defaultTimeoutMs, sendRequest } from './send-request.ts';
import { type TopoFailure, topoError } from './topo-error.ts';

/** `deadline` is the one of the run; a call outside of a run gets the default time-out. */
type Options = { deadline?: Deadline };

/** The outcome of a call. `requestId` is Topo's, where it gives one. */
export type TopoOutcome<Answer> = { kind: 'done'; answer: Answer; requestId: string | null } | TopoFailure;

const isOutOfTime = ({ method }: Pick<Call<unknown>, 'method'>, deadline: Deadline | undefined): boolean =>
  deadline !== undefined && (deadline.remainingMs() === 0 || (method !== 'GET' && !deadline.mayStartWrite()));

/** Runs a call of Topo's API and returns its outcome, for callers that go on when it fails. */
export const tryTopo = async <Answer>(
  z: ZObject,
  call: Call<Answer>,
  { deadline }: Options = {},
): Promise<TopoOutcome<Answer>> => {
  if (isOutOfTime(call, deadline)) return { kind: 'out of time' };
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
 * Runs a call of Topo's API and returns the response that the call describes.
 *
 * @throws the `topoError` of any failure.
 */
export const callTopo = async <Answer>(z: ZObject, call: Call<Answer>, options: Options = {}): Promise<Answer> => {
  const outcome = await tryTopo(z, call, options);
  if (outcome.kind === 'done') return outcome.answer;
  throw topoError(outcome, call);
};
