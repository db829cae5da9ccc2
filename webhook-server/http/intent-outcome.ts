import type { IntentSettlement } from '../../contract/intent.ts';
import type { IntentOutcome } from '../store/tenant-store.ts';

/** Microseconds since 1970. Digits past the third of a second are dropped: an intent may only seem older than it is. */
const microseconds = (timestamp: string): number => Math.floor(Date.parse(timestamp)) * 1000;

/** What a caller said of an intent, as the store keeps it. */
export const outcomeOf = ({ state, updated_at }: IntentSettlement): IntentOutcome => ({
  state,
  updatedAtUs: updated_at === undefined ? null : microseconds(updated_at),
});
