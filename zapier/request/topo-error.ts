import type { Call } from '../../topo/call.ts';
import { TopoErrorBody } from '../../topo/topo-error-body.ts';
import { quote, sanitizeMessage } from '../wording/sanitize-message.ts';
import { expired, failed, halted, throttled } from '../zapier-error.ts';
import { type RequestOutcome, redirectText } from './send-request.ts';

/**
 * A call without the response that it describes. An `invalid response` names the fields that failed validation, none
 * when it is not JSON at all; `out of time` was never sent, because the time of the run was over.
 */
export type TopoFailure =
  | { kind: 'out of time' }
  | Exclude<RequestOutcome, { kind: 'answered' }>
  | { kind: 'refused'; status: number; body: unknown; retryAfterSeconds: number | undefined }
  | { kind: 'invalid response'; status: number; invalidFields: readonly string[] };

type Asked = Pick<Call<unknown>, 'method' | 'needs'>;

/** How Zapier treats one status, and the two halves of the message. `said` is empty or `: “…”`. */
type Row = {
  as: 'failed' | 'halted' | 'expired' | 'throttled';
  happened: (said: string, asked: Asked) => string;
  next: string | ((asked: Asked) => string);
};

/** The formatter is created on use: at module level it would add a third to the load time of the app. */
const inWords = (scopes: Iterable<string>): string => new Intl.ListFormat('en-GB').format(scopes);

/** A key keeps the scopes it was created with and replaces the old one, so the new key needs the scopes of all steps. */
const newKey = ({ needs = 'tasks:read' }: Asked): string => {
  const scopes = inWords(new Set(['tasks:read', 'tasks:write', needs]));
  return (
    `Make a new key with the scopes ${scopes} in Topo under Settings → Developers → API Keys, ` +
    'and reconnect the account in Zapier.'
  );
};

const tellOwner = 'If it happens again, tell the owner of this integration.';

/** A response can get lost after Topo made the change; reassigning twice has the effect of once. */
const repeat = ({ method }: Asked): string =>
  method === 'GET'
    ? 'Try again in a moment: nothing was changed, so it is safe to run this step again.'
    : 'The change may have been made all the same. It is safe to run this step again.';

const rows: Record<number, Row> = {
  400: {
    as: 'failed',
    happened: (said) => `Topo could not read the request${said}.`,
    next: 'Check the fields of this step.',
  },
  401: {
    as: 'expired',
    happened: () => 'Topo does not accept this API key: it was deleted or mistyped.',
    next: newKey,
  },
  403: {
    as: 'failed',
    happened: (_said, { needs }) => `This API key lacks the scope ${needs ?? 'that this step needs'}.`,
    next: newKey,
  },
  404: {
    as: 'halted',
    happened: () => 'Topo cannot find what this step asks for.',
    next: 'It was deleted, or it belongs to another workspace than the API key: check the fields of this step.',
  },
  409: {
    as: 'halted',
    happened: (said) => `Topo refused because it conflicts with the present state${said}.`,
    next: 'Look at the task in Topo, then run this step again if it is still wanted.',
  },
  422: {
    as: 'halted',
    happened: (said) => `Topo’s rules forbid this${said}.`,
    next: 'Usually the task is already done, or the person is not a member of the workspace: look at the task in Topo.',
  },
  429: {
    as: 'throttled',
    happened: () => 'Topo asks for fewer requests just now.',
    next: 'Zapier will run this step again by itself.',
  },
  503: {
    as: 'throttled',
    happened: () => 'Topo is not available just now.',
    next: 'Zapier will run this step again by itself.',
  },
};

const serverFault = (status: number): Row => ({
  as: 'failed',
  happened: () => `Topo has a problem of its own (status ${status}).`,
  next: repeat,
});

const unexpected = (status: number): Row => ({
  as: 'failed',
  happened: (said) => `Topo’s API answered in an unexpected way (status ${status})${said}.`,
  next: tellOwner,
});

/** A gateway in front of Topo means the same by 429 and 5xx; what it means by others, such as a 403 in HTML, is unknown. */
const rowOf = (status: number, isTopoSpeaking: boolean): Row => {
  const isForGateways = status === 429 || status >= 500;
  const row = isTopoSpeaking || isForGateways ? rows[status] : undefined;
  return row ?? (status >= 500 ? serverFault(status) : unexpected(status));
};

type Refused = Extract<TopoFailure, { kind: 'refused' }>;
type InvalidResponse = Extract<TopoFailure, { kind: 'invalid response' }>;

/** A failure in a sentence or two, and how Zapier should treat it. */
type Explained = { text: string } & (
  | { as: 'failed'; code: string; status?: number }
  | { as: 'halted' | 'expired' }
  | { as: 'throttled'; afterSeconds: number | undefined }
);

const explainRefusal = ({ status, body, retryAfterSeconds }: Refused, asked: Asked): Explained => {
  const spoken = TopoErrorBody.safeParse(body);
  const { message, request_id: requestId } = spoken.data ?? {};
  const { as, happened, next } = rowOf(status, spoken.success);

  const text = [
    happened(message === undefined ? '' : `: ${quote(message)}`, asked),
    typeof next === 'string' ? next : next(asked),
    ...(requestId === undefined ? [] : [`Topo’s request_id is ${sanitizeMessage(requestId)}.`]),
  ].join(' ');

  switch (as) {
    case 'failed':
      return { as, text, code: 'topo_refused', status };
    case 'halted':
    case 'expired':
      return { as, text };
    case 'throttled':
      return { as, text, afterSeconds: retryAfterSeconds };
    default:
      return as satisfies never;
  }
};

const explainInvalidResponse = ({ status, invalidFields }: InvalidResponse, asked: Asked): Explained => {
  const happened =
    invalidFields.length === 0
      ? 'Topo’s API answered something that is not JSON.'
      : `Topo’s answer is not what its documentation says (${invalidFields.slice(0, 5).join(', ')}).`;
  return { as: 'failed', text: [happened, repeat(asked), tellOwner].join(' '), code: 'topo_misread', status };
};

const explain = (failure: TopoFailure, asked: Asked): Explained => {
  switch (failure.kind) {
    case 'out of time':
      return {
        as: 'throttled',
        text:
          'Topo is slow just now: the time of this step was over before it could go on, and what it had not begun was ' +
          'not changed. Zapier will run this step again by itself.',
        afterSeconds: undefined,
      };
    case 'timed out': {
      const seconds = Math.round(failure.timeoutMs / 100) / 10;
      return {
        as: 'failed',
        text: `Topo did not answer within ${seconds} seconds. ${repeat(asked)}`,
        code: 'timed_out',
      };
    }
    case 'redirected':
      return { as: 'failed', text: redirectText(failure.host), code: 'redirected', status: failure.status };
    case 'unreachable':
      return { as: 'failed', text: `Topo cannot be reached. ${repeat(asked)}`, code: 'unreachable' };
    case 'refused':
      return explainRefusal(failure, asked);
    case 'invalid response':
      return explainInvalidResponse(failure, asked);
    default:
      return failure satisfies never;
  }
};

/** Explains a failure to the person who built the Zap: what happened and what to do next. */
export const failureText = (failure: TopoFailure, asked: Asked): string => explain(failure, asked).text;

/**
 * The one map from Topo's failures to Zapier's errors. Every message says what happened and what to do next, with
 * Topo's `request_id` where there is one, and never contains a key.
 */
export const topoError = (failure: TopoFailure, asked: Asked): Error => {
  const explained = explain(failure, asked);
  switch (explained.as) {
    case 'failed':
      return failed(explained.text, explained.code, explained.status);
    case 'halted':
      return halted(explained.text);
    case 'expired':
      return expired(explained.text);
    case 'throttled':
      return throttled(explained.text, explained.afterSeconds);
    default:
      return explained satisfies never;
  }
};
