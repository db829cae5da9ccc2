import type { EventType, TaskEvent } from '../../../contract/event.ts';
import type { HookFilters, OncePer } from '../../../contract/hook.ts';
import { matches } from '../../../contract/matches.ts';
import { factsFor, mayReadTemplates } from '../../../contract/task-facts.ts';
import { type BatchedChange, type Descriptions, eventOf, orderKeyOf } from './change.ts';
import { deliveryId } from './ids.ts';

/**
 * A live hook. `number`: in the order in which hooks were made. `scopes`: what the key may do that subscribed it; null when
 * nobody noted it.
 */
export type Listener = {
  id: string;
  number: number;
  events: readonly EventType[];
  filters: HookFilters;
  oncePer: OncePer;
  scopes: readonly string[] | null;
};

/** A delivery to be stored. `orderKey` is the sequence run, within which a hook's deliveries keep their order. */
export type NewDelivery = { id: string; hookId: string; eventId: string; orderKey: string; body: string };

/** A change that a hook may want, once the template of its sequence run is known. */
export type Undecided = { hookId: string; change: BatchedChange };

export const asksForTemplate = ({ filters }: Pick<Listener, 'filters'>): boolean =>
  filters.sequence_template_ids !== undefined;

const isUndecided = (hook: Listener, { sequenceTemplateId }: BatchedChange): boolean =>
  asksForTemplate(hook) && sequenceTemplateId === undefined;

/** The same hook, were its template filter met. */
const withoutTemplate = (hook: Listener): Listener => ({
  ...hook,
  filters: { ...hook.filters, sequence_template_ids: undefined },
});

const wants = ({ number, events, filters }: Listener, change: BatchedChange): boolean =>
  number <= (change.newestHook ?? number) &&
  events.includes(change.type) &&
  matches(filters, { ...change, sequenceTemplateId: change.sequenceTemplateId ?? null });

const groupsFor = (changes: readonly BatchedChange[], oncePer: OncePer): BatchedChange[][] =>
  oncePer === 'task' ? changes.map((change) => [change]) : [...Map.groupBy(changes, ({ batchId }) => batchId).values()];

/** A hook hears of contacts and templates what its key may read; one that filters by template may know its id. */
const descriptionsFor = (hook: Listener, descriptions: Descriptions): Descriptions => ({
  ...descriptions,
  describeTask: (change) => factsFor(hook.scopes ?? [], descriptions.describeTask(change)),
});

/** Hooks of earlier versions were told each template's id. */
const knowsTemplates = (hook: Listener): boolean =>
  hook.scopes === null || asksForTemplate(hook) || mayReadTemplates(hook.scopes);

const deliveriesFor = (
  hook: Listener,
  changes: readonly BatchedChange[],
  descriptions: Descriptions,
  mark: Pick<TaskEvent, 'is_template_unknown'> = {},
): NewDelivery[] => {
  const wanted = changes
    .filter((change) => wants(hook, change))
    .map((change) => (knowsTemplates(hook) ? change : { ...change, sequenceTemplateId: null }));
  const described = descriptionsFor(hook, descriptions);
  return groupsFor(wanted, hook.oncePer).flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const event = eventOf(first, others, described);
    return [
      {
        id: deliveryId(hook.id, { id: event.id, occurredAtUs: first.occurredAtUs }),
        hookId: hook.id,
        eventId: event.id,
        orderKey: orderKeyOf(first),
        body: JSON.stringify({ ...event, ...mark }),
      },
    ];
  });
};

/** Changes that were found together, in the order in which they happened. */
export const inOrder = (changes: readonly BatchedChange[]): BatchedChange[] =>
  changes.toSorted((a, b) => a.occurredAtUs - b.occurredAtUs);

/** Who is to be told of these changes, in their order, and which hooks cannot decide that yet. */
export const fanOut = (
  changes: readonly BatchedChange[],
  hooks: readonly Listener[],
  descriptions: Descriptions,
): { deliveries: NewDelivery[]; undecided: Undecided[] } => {
  return {
    deliveries: hooks.flatMap((hook) =>
      deliveriesFor(
        hook,
        changes.filter((change) => !isUndecided(hook, change)),
        descriptions,
      ),
    ),
    undecided: hooks.flatMap((hook) =>
      changes
        .filter((change) => isUndecided(hook, change) && wants(withoutTemplate(hook), change))
        .map((change) => ({ hookId: hook.id, change })),
    ),
  };
};

/** What a hook would be told of these changes, were its template filter met. The events say that nobody knows. */
export const fanOutUnknown = (
  changes: readonly BatchedChange[],
  hook: Listener,
  descriptions: Descriptions,
): NewDelivery[] => deliveriesFor(withoutTemplate(hook), changes, descriptions, { is_template_unknown: true });
