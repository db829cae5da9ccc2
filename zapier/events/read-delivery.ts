import type { Bundle } from 'zapier-platform-core';
import { type EventType, TaskEvent } from '../../contract/event.ts';
import { type SignatureHeaders, signatureHeader, verify } from '../../contract/signature.ts';
import { invalidFieldsOf } from '../request/invalid-fields.ts';
import { subscriptionOf } from '../webhook-server/subscription.ts';
import { failed } from '../zapier-error.ts';

/** What arrived at the Zap's URL: an event of the subscription, or something forged. */
export type Delivery =
  | { kind: 'genuine'; hookId: string; webhookId: string; event: TaskEvent }
  | { kind: 'forged'; reason: string };

/** Zapier may run `perform` long after it accepted a delivery. */
const maxAgeSeconds = 24 * 60 * 60;

/** Zapier passes the header `webhook-id` on as `Http-Webhook-Id`. */
const zapierName = (header: string): string => `http-${header}`.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

const headersOf = ({ rawRequest }: Bundle): SignatureHeaders => {
  const headers = new Map(
    Object.entries(rawRequest?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const read = (header: string): string => {
    const name = zapierName(header);
    const value = headers.get(name.toLowerCase());
    if (value !== undefined) return value;
    throw failed(
      `This delivery has no header ${name}, so nobody can tell whether it is genuine. If every run fails like this, ` +
        'Zapier hands over the headers in a new way: tell the owner of this integration.',
      'unsigned_delivery',
    );
  };
  return {
    id: read(signatureHeader.id),
    timestamp: read(signatureHeader.timestamp),
    signature: read(signatureHeader.signature),
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const eventOf = (content: string, types: readonly EventType[]): TaskEvent => {
  const parsed = TaskEvent.refine(({ type }) => types.includes(type), { path: ['type'] }).safeParse(parseJson(content));
  if (parsed.success) return parsed.data;
  throw failed(
    `The webhook server sent something that is not an event as agreed on (${invalidFieldsOf(parsed.error).slice(0, 5).join(', ')}). ` +
      'The owner of this integration must bring the server and the integration to versions that fit.',
    'unreadable_event',
  );
};

/**
 * Reads what arrived at the Zap's URL and verifies its signature with the subscription's secret.
 *
 * @param types the events that the trigger may hear of.
 * @throws when the signature cannot be checked, or when it is valid and the event is not readable.
 */
export const readDelivery = (bundle: Bundle, nowSeconds: number, types: readonly EventType[]): Delivery => {
  const subscription = subscriptionOf(bundle);
  if (subscription === undefined) {
    throw failed(
      'Zapier does not know the subscription of this Zap. Turn the Zap off and on again.',
      'no_subscription',
    );
  }
  const headers = headersOf(bundle);
  const content = bundle.rawRequest?.content ?? '';
  const verdict = verify(subscription.secret, headers, content, { nowSeconds, maxAgeSeconds });
  if (verdict.kind === 'invalid') return { kind: 'forged', reason: verdict.reason };
  return { kind: 'genuine', hookId: subscription.id, webhookId: headers.id, event: eventOf(content, types) };
};
