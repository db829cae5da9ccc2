import type { Attempt, Delivery, DeliveryHistory } from '../../../contract/delivery.ts';
import type { StoredAttempt, StoredDelivery, DeliveryHistory as StoredHistory } from '../../store/tenant-store.ts';
import { iso, isoOrNull } from './time.ts';

/** A delivery as callers see it. */
export const deliveryView = (delivery: StoredDelivery): Delivery => ({
  id: delivery.id,
  hook_id: delivery.hookId,
  event_id: delivery.eventId,
  state: delivery.state,
  attempts: delivery.attempts,
  certainty: delivery.certainty,
  reason: delivery.reason,
  manual: delivery.isManual,
  retried_as: delivery.retriedAs,
  created_at: iso(delivery.createdAtMs),
  last_attempt_at: isoOrNull(delivery.lastAttemptAtMs),
  settled_at: isoOrNull(delivery.settledAtMs),
});

const attemptView = ({ number, atMs, durationMs, status, outcome, reason }: StoredAttempt): Attempt => ({
  number,
  at: iso(atMs),
  duration_ms: durationMs,
  status,
  outcome,
  reason,
});

/** A delivery with its attempts, as callers see it. */
export const deliveryHistoryView = (delivery: StoredHistory): DeliveryHistory => ({
  ...deliveryView(delivery),
  attempts_made: delivery.attemptsMade.map(attemptView),
  next_attempt_at: isoOrNull(delivery.nextAttemptAtMs),
});
