import { eventForKey } from '../../../contract/event-for-key.ts';
import type { EventHistory } from '../../../contract/event-history.ts';
import type { EventHistory as StoredHistory } from '../../store/tenant-store.ts';
import { deliveryHistoryView } from './delivery-view.ts';

/** An event and what became of it, as a caller with these scopes sees it. */
export const eventHistoryView = ({ event, hooks }: StoredHistory, scopes: readonly string[]): EventHistory => ({
  event: eventForKey(scopes, event),
  hooks: hooks.map(({ hookId, verdict }) => ({
    hook_id: hookId,
    outcome: verdict.kind,
    filter: verdict.kind === 'kept out' ? verdict.filter : null,
    deliveries: verdict.kind === 'sent' ? verdict.deliveries.map(deliveryHistoryView) : [],
  })),
});
