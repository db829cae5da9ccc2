import type { HookFilters, OncePer } from '../../../contract/hook.ts';
import { matches } from '../../../contract/matches.ts';
import { type BatchedChange, type DescribePerson, eventOf, orderKeyOf } from './change.ts';
import { deliveryId } from './ids.ts';

export type Listener = { id: string; filters: HookFilters; oncePer: OncePer };

/** A delivery to be stored. `orderKey` is the sequence run, within which a hook's deliveries keep their order. */
export type NewDelivery = { id: string; hookId: string; eventId: string; orderKey: string; body: string };

const groupsFor = (changes: readonly BatchedChange[], oncePer: OncePer): BatchedChange[][] =>
  oncePer === 'task' ? changes.map((change) => [change]) : [...Map.groupBy(changes, ({ batchId }) => batchId).values()];

const deliveriesFor = (
  hook: Listener,
  changes: readonly BatchedChange[],
  describePerson: DescribePerson,
): NewDelivery[] => {
  const wanted = changes.filter((change) => matches(hook.filters, change));
  return groupsFor(wanted, hook.oncePer).flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const event = eventOf(first, others, describePerson);
    return [
      {
        id: deliveryId(hook.id, { id: event.id, occurredAtUs: first.occurredAtUs }),
        hookId: hook.id,
        eventId: event.id,
        orderKey: orderKeyOf(first),
        body: JSON.stringify(event),
      },
    ];
  });
};

/** Who is to be told of these changes, in the order in which they happened. */
export const fanOut = (
  changes: readonly BatchedChange[],
  hooks: readonly Listener[],
  describePerson: DescribePerson,
): NewDelivery[] => {
  const inOrder = changes.toSorted((a, b) => a.occurredAtUs - b.occurredAtUs);
  return hooks.flatMap((hook) => deliveriesFor(hook, inOrder, describePerson));
};
