import type { Bundle, ZObject } from 'zapier-platform-core';
import type { EventType } from '../../contract/event.ts';
import { type HookFilters, OncePer } from '../../contract/hook.ts';
import { startDeadline } from '../deadline.ts';
import { choicesOf } from '../fields/dropdown.ts';
import { readChoice } from '../fields/read-choice.ts';
import { openDirectory } from '../people/directory.ts';
import { type Subscription, subscriptionOf } from '../webhook-server/subscription.ts';
import { listEvents, subscribe, unsubscribe } from '../webhook-server/webhook-server-api.ts';
import { oncePerLabels } from '../wording/labels.ts';
import { failed } from '../zapier-error.ts';
import { type PersonKey, type Told, without } from './event-output.ts';
import { fetchExampleEvents } from './fetch-example-events.ts';
import { matchesHookFilters } from './hook-filters.ts';
import { isFirstDelivery } from './is-first-delivery.ts';
import { readDelivery } from './read-delivery.ts';

/** What a Zap with these fields is to hear of: of at least one type of event, and of those what passes the filters. */
export type Wanted = { events: readonly [EventType, ...EventType[]]; filters: HookFilters };

export const oncePerLabel = 'Run Once Per';
export const oncePerChoices = choicesOf(OncePer.options, oncePerLabels);

type OncePerField = { once_per?: unknown };

type Kind<InputData> = {
  inputFields: readonly { key?: string }[];
  types: readonly EventType[];
  nobody?: PersonKey;
  readWanted: (fields: InputData) => Wanted;
};

/** The editor waits this long for past events, which leaves time to build examples from tasks. */
const historyMs = 10_000;

const startNoRun = (z: ZObject, reason: string): [] => {
  z.console.warn(`This delivery starts no run: ${reason}.`);
  return [];
};

/** Which Zap subscribes, where Zapier says so: the server then knows it again after it was off. */
const zapOf = (meta: Bundle['meta'] | undefined): { zap_id?: string } => {
  const id = meta?.zap?.id;
  return id === undefined || id === null ? {} : { zap_id: String(id).slice(0, 100) };
};

/**
 * What all instant triggers do alike: subscribe and unsubscribe at the webhook server, start a run for each genuine
 * delivery once, and show the editor past events or examples.
 *
 * - `types`: what the trigger may hear of.
 * - `nobody`: the person of an event who is nobody in all of these, and is left out.
 * - `inputFields`: what the trigger shows. A Zap keeps what another trigger was given in the same place: it is not read.
 * - `readWanted` reads the fields of a Zap; it throws a HaltedError with a sentence when they cannot be used.
 */
export const eventTrigger = <InputData extends OncePerField>(kind: Kind<InputData>) => {
  const { types, nobody } = kind;
  const shown = new Set(kind.inputFields.map(({ key }) => key));
  const readWanted = (inputData: InputData): Wanted => {
    const fields = { ...inputData };
    for (const key of Object.keys(fields)) if (!shown.has(key)) Reflect.deleteProperty(fields, key);
    return kind.readWanted(fields);
  };

  return {
    /** Subscribes at the webhook server. Zapier keeps the result as `bundle.subscribeData`. */
    performSubscribe: (z: ZObject, { targetUrl, inputData, meta }: Bundle<InputData>): Promise<Subscription> => {
      if (targetUrl === undefined) throw failed('Zapier did not say where to send events. Try again.', 'no_target');
      const { events, filters } = readWanted(inputData);
      return subscribe(z, {
        target_url: targetUrl,
        // A server of an earlier version knows one event, and this name for it.
        ...(events.length === 1 ? { event: events[0] } : { events: [...events] }),
        filters,
        once_per: readChoice(oncePerLabel, inputData.once_per, oncePerChoices) ?? 'task',
        ...zapOf(meta),
      });
    },

    /** Ends the subscription; a subscription that is already gone is no error. */
    performUnsubscribe: async (z: ZObject, bundle: Bundle<InputData>): Promise<object> => {
      const subscription = subscriptionOf(bundle);
      if (subscription !== undefined) await unsubscribe(z, subscription);
      return {};
    },

    /** Starts a run when the delivery is genuine, is wanted, and arrives for the first time. */
    perform: async (z: ZObject, bundle: Bundle<InputData>): Promise<Told[]> => {
      const delivery = readDelivery(bundle, Math.floor(Date.now() / 1000), types);
      if (delivery.kind === 'forged') return startNoRun(z, delivery.reason);
      const { event, hookId, webhookId } = delivery;
      const { events, filters } = readWanted(bundle.inputData);
      if (!events.includes(event.type) || !matchesHookFilters(filters, event))
        return startNoRun(z, 'the fields of this Zap keep it out');
      const isFirst = await isFirstDelivery(z, `delivery:${hookId}:${webhookId}`);
      // It is about this delivery, and no field of the event.
      const { is_template_unknown: _mark, ...told } = event;
      return isFirst ? [without(told, nobody)] : startNoRun(z, 'it came before');
    },

    /** Returns the newest events for the editor, or examples built from real tasks when there are none yet. */
    performList: async (z: ZObject, { inputData }: Bundle<InputData>): Promise<Told[]> => {
      const deadline = startDeadline(() => performance.now());
      const { events, filters } = readWanted(inputData);
      const { items } = await listEvents(z, 3, { events, filters }, historyMs);
      const shown =
        items.length > 0
          ? items
          : await fetchExampleEvents({ z, deadline, directory: openDirectory(z, deadline) }, events[0], filters);
      return shown.map((event) => without(event, nobody));
    },
  };
};
