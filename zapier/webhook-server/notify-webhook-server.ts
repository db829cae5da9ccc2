import { webhookServerUrl } from '../environment.ts';
import { type OutgoingRequest, sendRequest } from '../request/send-request.ts';
import type { StepRun } from '../step-run.ts';

/** An intent and its settlement together take at most two seconds of a run. */
const timeoutLimitMs = 1_000;

/**
 * Sends the webhook server a best-effort notification and returns the response; `undefined` when there is no server, it
 * does not respond, or the run is over. A failure never fails the step.
 */
export const notifyWebhookServer = async (
  { z, deadline }: StepRun,
  path: string,
  request: Pick<OutgoingRequest, 'method' | 'json'>,
): Promise<unknown> => {
  try {
    const server = webhookServerUrl();
    const timeoutMs = Math.min(timeoutLimitMs, deadline.remainingMs());
    if (server === undefined || timeoutMs === 0) return undefined;
    const sent = await sendRequest(z, { ...request, url: `${server}/${path}`, timeoutMs });
    return sent.kind === 'answered' ? sent.body : undefined;
  } catch (error) {
    z.console.warn(`The webhook server was not told of this reassignment: ${String(error)}`);
    return undefined;
  }
};
