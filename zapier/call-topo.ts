import type { ZObject } from 'zapier-platform-core';
import type { Call } from '../topo/call.ts';
import { callUrl } from '../topo/call-url.ts';
import { topoApiUrl } from './environment.ts';
import { exchange, usualTimeoutMs } from './exchange.ts';
import { offFields } from './off-fields.ts';
import { type TopoRefusal, topoError } from './topo-error.ts';

type Options = { timeoutMs?: number };
type TopoOutcome<Answer> = { kind: 'done'; answer: Answer } | TopoRefusal;

const tryTopo = async <Answer>(z: ZObject, call: Call<Answer>, options: Options): Promise<TopoOutcome<Answer>> => {
  const { method, json } = call;
  const { timeoutMs = usualTimeoutMs } = options;
  const sent = await exchange(z, { method, url: callUrl(topoApiUrl(), call).href, json, timeoutMs });
  if (sent.kind !== 'answered') return sent;

  const { status, body } = sent;
  if (status < 200 || status >= 300) return { ...sent, kind: 'refused' };
  const parsed = call.answer.safeParse(body);
  if (parsed.success) return { kind: 'done', answer: parsed.data };
  return { kind: 'misread', status, off: body === undefined ? [] : offFields(parsed.error) };
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
