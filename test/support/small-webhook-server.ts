import { Webhook } from 'standardwebhooks';
import type { TaskEvent } from '../../contract/event.ts';
import { type Subscribed, SubscribeRequest } from '../../contract/hook.ts';
import { startReceiver } from './receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** What `POST /hooks` answers, as the contract says. */
export const subscribed: Subscribed = {
  id: 'hok_1',
  event: 'task.reassigned',
  target: 'hooks.zapier.com/…abc/',
  filters: {},
  once_per: 'task',
  state: 'active',
  resume_at: null,
  ended_at: null,
  ended_reason: null,
  listening_since: null,
  key_refused_since: null,
  created_at: '2026-03-02T09:00:00.000Z',
  secret,
};

/** Answers the three routes that the app calls, and keeps what it was asked. `events` is what `GET /events` answers. */
export const startSmallWebhookServer = async ({ events = [] }: { events?: TaskEvent[] } = {}) => {
  const receiver = await startReceiver((response, { method, path, body }) => {
    const answer = (status: number, json?: unknown) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(json === undefined ? '' : JSON.stringify(json));
    if (method === 'POST' && path === '/hooks') {
      const { filters } = SubscribeRequest.parse(JSON.parse(body));
      return answer(201, { ...subscribed, filters });
    }
    if (method === 'DELETE' && path.startsWith('/hooks/')) return answer(204);
    if (method === 'GET' && path.startsWith('/events?')) return answer(200, { items: events, has_more: false });
    return answer(404, { error: { code: 'not_found', message: `There is no ${path} here.`, request_id: 'req_1' } });
  });
  return receiver;
};

type Delivering = { webhookId?: string; at?: Date; signedWith?: string; prefix?: string };

/** A delivery as Zapier hands it to `perform`. It is signed by another implementation of the same scheme. */
export const deliver = (payload: unknown, delivering: Delivering = {}) => {
  const { webhookId = 'msg_1', at = new Date(), signedWith = secret, prefix = 'Http-' } = delivering;
  const content = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    [`${prefix}Webhook-Id`]: webhookId,
    [`${prefix}Webhook-Timestamp`]: String(Math.floor(at.getTime() / 1000)),
    [`${prefix}Webhook-Signature`]: new Webhook(signedWith).sign(webhookId, at, content),
  };
  return { subscribeData: subscribed, rawRequest: { headers, content } };
};
