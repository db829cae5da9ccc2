import * as z from 'zod';
import type { Call } from '../../topo/call.ts';
import type { Ask, CallOutcome } from './ask-topo.ts';

const Subscription = z.looseObject({ id: z.string().min(1) });
type Subscription = z.infer<typeof Subscription>;

export type NewSubscription = { url: string; eventTypes: readonly string[] };

/** By this name a person finds it in Topo, should it have to be deleted by hand. */
export const subscriptionName = 'Topo for Zapier, a check';

/** `POST /v1/webhooks` (docs.topo.io, Create Webhook). Needs `webhooks:write`. The secret in its answer is not kept. */
export const createSubscription = ({ url, eventTypes }: NewSubscription): Call<Subscription> => ({
  method: 'POST',
  path: 'webhooks',
  json: { name: subscriptionName, url, event_types: eventTypes },
  needs: 'webhooks:write',
  answer: Subscription.transform(({ id }) => ({ id })),
});

/** The path is inferred. */
export const testSubscription = (id: string): Call<unknown> => ({
  method: 'POST',
  path: `webhooks/${encodeURIComponent(id)}/test`,
  needs: 'webhooks:write',
  answer: z.unknown(),
});

const deleteSubscription = (id: string): Call<unknown> => ({
  method: 'DELETE',
  path: `webhooks/${encodeURIComponent(id)}`,
  needs: 'webhooks:write',
  answer: z.unknown(),
});

const attempts = 4;
const firstPauseMs = 500;

const isDeleted = (outcome: CallOutcome<unknown>): boolean =>
  outcome.kind === 'answered' || outcome.kind === 'misread' || (outcome.kind === 'refused' && outcome.status === 404);

/** Deletes a subscription, with retries; returns why it could not be deleted. */
export const removeSubscription = async (
  ask: Ask,
  id: string,
  wait: (ms: number) => Promise<void>,
): Promise<{ left: string } | undefined> => {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await ask(deleteSubscription(id));
    if (isDeleted(outcome)) return undefined;
    if (attempt === attempts) return { left: 'said' in outcome ? outcome.said : 'it is still there' };
    await wait(firstPauseMs * 2 ** (attempt - 1));
  }
};

/** What to do about a subscription that is, or may be, still there. */
export const deleteByHand = `Delete the subscription “${subscriptionName}” in Topo by hand: it is of no use.`;
