import { webhookServerUrl } from '../environment.ts';
import { type OutgoingRequest, sendRequest } from '../request/send-request.ts';
import type { StepRun } from '../step-run.ts';

/** An intent and its settlement together take no more than two seconds of a run. */
const maxMs = 1_000;

/**
 * Tells the webhook server something that it can do without, and answers what it says; `undefined` when there is no
 * server, it does not answer, or the run is over. An intent is a courtesy, and its failure is nobody's.
 */
export const notifyWebhookServer = async (
  { z, deadline }: StepRun,
  path: string,
  sending: Pick<OutgoingRequest, 'method' | 'json'>,
): Promise<unknown> => {
  try {
    const server = webhookServerUrl();
    const timeoutMs = Math.min(maxMs, deadline.remainingMs());
    if (server === undefined || timeoutMs === 0) return undefined;
    const sent = await sendRequest(z, { ...sending, url: `${server}/${path}`, timeoutMs });
    return sent.kind === 'answered' ? sent.body : undefined;
  } catch (error) {
    z.console.warn(`The webhook server was not told of this reassignment: ${String(error)}`);
    return undefined;
  }
};
