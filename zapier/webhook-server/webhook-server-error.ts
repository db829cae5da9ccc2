import { ErrorBody } from '../../contract/error-body.ts';
import { type RequestOutcome, redirectText } from '../request/send-request.ts';
import { sanitizeMessage } from '../wording/sanitize-message.ts';
import { expired, failed, halted, throttled } from '../zapier-error.ts';

export type WebhookServerFailure =
  | Exclude<RequestOutcome, { kind: 'answered' }>
  | { kind: 'refused'; status: number; body: unknown; retryAfterSeconds: number | undefined }
  | { kind: 'invalid response'; invalidFields: readonly string[] };

const isForLater = (status: number): boolean => status === 429 || status === 503;

type Refusal = Extract<WebhookServerFailure, { kind: 'refused' }>;

/** Whether the server refuses what names an event: of its own version, or a later one, it would know them all. */
const isOutdated = (status: number, field = ''): boolean => status === 400 && /^events?\b/.test(field);

const outdated =
  'The webhook server of this integration is of an earlier version, which cannot tell of new, reopened or closed tasks. ' +
  'The owner of the integration must bring it up to date. Until then, use “Task Reassigned” without “Also Start for New ' +
  'Tasks”.';

const textOf = ({ status, body }: Refusal): string => {
  const spoken = ErrorBody.safeParse(body).data?.error;
  if (spoken === undefined) {
    return (
      `The webhook server of this integration answered in an unexpected way (status ${status}). ` +
      'The owner of the integration must check WEBHOOK_SERVER_URL and the server.'
    );
  }
  // The server writes its messages for the people who use this integration.
  const message = isOutdated(status, spoken.field) ? outdated : sanitizeMessage(spoken.message);
  return `${message} The webhook server’s request_id is ${sanitizeMessage(spoken.request_id)}.`;
};

const explainRefusal = (refusal: Refusal) => {
  const { status, body, retryAfterSeconds } = refusal;
  const spoken = ErrorBody.safeParse(body);
  const text = textOf(refusal);
  if (isForLater(status)) return throttled(text, retryAfterSeconds);
  if (status === 401 && spoken.success) return expired(text);
  // Nobody is left to choose: only a person or another day can help.
  if (status === 409 && spoken.success && spoken.data.error.code === 'conflict') return halted(text);
  return failed(text, 'webhook_server_refused', status);
};

/** The one map from the webhook server's failures to Zapier's errors. */
export const webhookServerError = (failure: WebhookServerFailure): Error => {
  switch (failure.kind) {
    case 'timed out':
      return failed(
        `The webhook server of this integration did not answer within ${failure.timeoutMs / 1000} seconds. ` +
          'Try again in a moment; if it happens again, tell the owner of the integration.',
        'timed_out',
      );
    case 'redirected':
      return failed(redirectText(failure.host), 'redirected', failure.status);
    case 'unreachable':
      return failed(
        'The webhook server of this integration cannot be reached. Try again in a moment; if it happens again, tell ' +
          'the owner of the integration.',
        'unreachable',
      );
    case 'refused':
      return explainRefusal(failure);
    case 'invalid response':
      return failed(
        `The webhook server’s answer is not what was agreed on (${failure.invalidFields.slice(0, 5).join(', ')}). The owner of ` +
          'the integration must check that WEBHOOK_SERVER_URL is right and that the server is up to date.',
        'webhook_server_misread',
      );
    default:
      return failure satisfies never;
  }
};
