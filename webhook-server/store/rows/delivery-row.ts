import type { Certainty, DeliveryState } from '../../../contract/delivery.ts';
import type { StoredDelivery } from '../tenant-store.ts';

/** A row of `delivery` without its body. */
export type DeliveryRow = {
  id: string;
  hook_id: string;
  event_id: string;
  state: DeliveryState;
  attempts: number;
  certainty: Certainty | null;
  reason: string | null;
  is_manual: number | boolean;
  retried_as: string | null;
  created_at_ms: number;
  last_sent_at_ms: number | null;
  settled_at_ms: number | null;
};

export const deliveryColumns = `
  id, hook_id, event_id, state, attempts, certainty, reason, is_manual, retried_as, created_at_ms, last_sent_at_ms,
  settled_at_ms`;

export const readDelivery = (row: DeliveryRow): StoredDelivery => ({
  id: row.id,
  hookId: row.hook_id,
  eventId: row.event_id,
  state: row.state,
  attempts: row.attempts,
  certainty: row.certainty,
  reason: row.reason,
  isManual: Boolean(row.is_manual),
  retriedAs: row.retried_as,
  createdAtMs: row.created_at_ms,
  lastAttemptAtMs: row.last_sent_at_ms,
  settledAtMs: row.settled_at_ms,
});
