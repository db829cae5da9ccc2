import * as z from 'zod';

/**
 * `waiting` to be sent, or to be sent again; `delivered`; `dead`, given up after three days; `dropped`, because its hook
 * had ended.
 */
const deliveryStates = ['waiting', 'delivered', 'dead', 'dropped'] as const;
export const DeliveryState = z.enum(deliveryStates);
export type DeliveryState = z.infer<typeof DeliveryState>;

/**
 * How certain it is that the target has the event after an attempt that failed: `never sent`, it cannot have it;
 * `refused`, it said no; `ambiguous`, it may have it.
 */
export const Certainty = z.enum(['never sent', 'refused', 'ambiguous']);
export type Certainty = z.infer<typeof Certainty>;

/**
 * A delivery as `GET /hooks/:id/deliveries` shows it: never its target, and never what the target answered. `id` is the
 * `webhook-id` that the target sees. `manual` tells that somebody asked for it; `retried_as` is the delivery that somebody
 * asked for in its place. `certainty` and `reason` speak of the last attempt that failed.
 */
export const Delivery = z.object({
  id: z.string(),
  hook_id: z.string(),
  event_id: z.string(),
  state: DeliveryState,
  attempts: z.number().int(),
  certainty: Certainty.nullable(),
  reason: z.string().nullable(),
  manual: z.boolean(),
  retried_as: z.string().nullable(),
  created_at: z.string(),
  last_attempt_at: z.string().nullable(),
  settled_at: z.string().nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

/** The answer of `GET /hooks/:id/deliveries`: newest first. */
export const DeliveryPage = z.object({ items: z.array(Delivery), has_more: z.boolean() });
export type DeliveryPage = z.infer<typeof DeliveryPage>;

/** The body of `POST /hooks/:id/recover`: what has died or was dropped since this time is sent again. */
export const RecoverRequest = z.strictObject({
  since: z.iso.datetime({ offset: true, error: 'Expected a time, such as 2026-03-02T09:00:00Z.' }),
});
export type RecoverRequest = z.infer<typeof RecoverRequest>;

/** The answer of `POST /hooks/:id/recover`: how many deliveries wait to be sent again. */
export const Recovered = z.object({ recovered: z.number().int() });
export type Recovered = z.infer<typeof Recovered>;
