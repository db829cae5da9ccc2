import * as z from 'zod';

/**
 * `waiting` for the first or another attempt; `delivered`; `dead`, given up after three days; `dropped`, because its hook
 * had ended, or because its hook filters by template and the template stayed unknown for 5 minutes.
 */
const deliveryStates = ['waiting', 'delivered', 'dead', 'dropped'] as const;
export const DeliveryState = z.enum(deliveryStates);
export type DeliveryState = z.infer<typeof DeliveryState>;

/**
 * Whether the target may have the event after a failed attempt: `never sent`, it cannot have it; `refused`, it rejected
 * it; `ambiguous`, it may have it.
 */
export const Certainty = z.enum(['never sent', 'refused', 'ambiguous']);
export type Certainty = z.infer<typeof Certainty>;

/**
 * A delivery as `GET /hooks/:id/deliveries` shows it: never its target, and never the target's response. `id` is the
 * `webhook-id` that the target sees. `manual` is true for a delivery that somebody requested; `retried_as` is the delivery
 * that somebody requested in its place. `certainty` and `reason` are those of the last failed attempt.
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

/** The response of `GET /hooks/:id/deliveries`, newest first. */
export const DeliveryPage = z.object({ items: z.array(Delivery), has_more: z.boolean() });
export type DeliveryPage = z.infer<typeof DeliveryPage>;

const time = z.iso.datetime({ offset: true, error: 'Expected a time, such as 2026-03-02T09:00:00Z.' });

/**
 * The body of `POST /hooks/:id/recover`: what is sent again, from `since` on and before `until`. `dead` and `dropped` are
 * deliveries that were settled then, and meant where no `states` are given; `missed` is what happened then and was found
 * while the Zap was off. With `dry_run` they are counted, and nothing is sent; no more than
 * 10,000 deliveries that were settled are counted.
 */
export const RecoverRequest = z.strictObject({
  since: time,
  until: time.optional(),
  states: z
    .array(z.enum(['dead', 'dropped', 'missed']))
    .min(1)
    .max(3)
    .optional(),
  dry_run: z.boolean().optional(),
});
export type RecoverRequest = z.infer<typeof RecoverRequest>;

/**
 * The response of `POST /hooks/:id/recover`: how many deliveries wait now, or would with a `dry_run`. `unknown_hours` are the
 * times in which the Zap was off and the workspace was not read, so that nobody knows what was missed; only there when `missed`
 * was asked for.
 */
export const Recovered = z.object({
  recovered: z.number().int(),
  unknown_hours: z.array(z.object({ since: z.string(), until: z.string(), reason: z.string().nullable() })).optional(),
});
export type Recovered = z.infer<typeof Recovered>;

/**
 * One attempt of a delivery. `outcome` is `delivered`, or says how sure it is that the target does not have the event.
 * `status` is what the target answered, null where no answer came; `duration_ms` is null where nobody measured it.
 */
export const Attempt = z.object({
  number: z.number().int(),
  at: z.string(),
  duration_ms: z.number().int().nullable(),
  status: z.number().int().nullable(),
  outcome: z.enum(['delivered', ...Certainty.options]),
  reason: z.string().nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

/**
 * The response of `GET /deliveries/:id`: the delivery with its attempts, oldest first. Of very many the first fifty are
 * kept, and the one that settled it; one that a stop of the server cut off is counted in `attempts` alone. While it waits
 * nothing is sent before `next_attempt_at`.
 */
export const DeliveryHistory = Delivery.extend({
  attempts_made: z.array(Attempt),
  next_attempt_at: z.string().nullable(),
});
export type DeliveryHistory = z.infer<typeof DeliveryHistory>;
