import type { Delivery } from '../../../contract/delivery.ts';
import type { StoredDelivery } from '../../store/tenant-store.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

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
