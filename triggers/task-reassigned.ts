import { type Bundle, defineInputFields, defineTrigger, type InferInputData, type ZObject } from 'zapier-platform-core';
import type { TaskEvent } from '../contract/event.ts';
import { OncePer } from '../contract/hook.ts';
import { startDeadline } from '../zapier/deadline.ts';
import { eventOutputFields, sampleEvent } from '../zapier/events/event-output.ts';
import { fetchExampleEvents } from '../zapier/events/fetch-example-events.ts';
import { hookFilterLabels, kindChoices, matchesHookFilters, readHookFilters } from '../zapier/events/hook-filters.ts';
import { isFirstDelivery } from '../zapier/events/is-first-delivery.ts';
import { readDelivery } from '../zapier/events/read-delivery.ts';
import { choicesOf } from '../zapier/fields/dropdown.ts';
import { readChoice } from '../zapier/fields/read-choice.ts';
import { openDirectory } from '../zapier/people/directory.ts';
import { taskPriorityChoices, taskTypeChoices } from '../zapier/tasks/task-filters.ts';
import { type Subscription, subscriptionOf } from '../zapier/webhook-server/subscription.ts';
import { listEvents, subscribe, unsubscribe } from '../zapier/webhook-server/webhook-server-api.ts';
import { oncePerLabels } from '../zapier/wording/labels.ts';
import { failed } from '../zapier/zapier-error.ts';

const oncePerLabel = 'Run Once Per';

const oncePerChoices = choicesOf(OncePer.options, oncePerLabels);

const inputFieldGroups = [
  { key: 'people', label: 'Who' },
  { key: 'which_tasks', label: 'Which Tasks' },
  { key: 'when', label: 'When the Zap Runs' },
];

const inputFields = defineInputFields([
  {
    key: 'new_assignee_ids',
    label: hookFilterLabels.new_assignee_ids,
    group: 'people',
    type: 'string',
    list: true,
    required: false,
    dynamic: 'person_list.id.label',
    helpText: 'Only tasks that one of these people takes over. Leave it empty for everybody.',
  },
  {
    key: 'previous_assignee_ids',
    label: hookFilterLabels.previous_assignee_ids,
    group: 'people',
    type: 'string',
    list: true,
    required: false,
    dynamic: 'person_list.id.label',
    helpText: 'Only tasks that one of these people had before. Leave it empty for everybody.',
  },
  {
    key: 'task_types',
    label: hookFilterLabels.task_types,
    group: 'which_tasks',
    type: 'string',
    list: true,
    required: false,
    choices: taskTypeChoices,
    helpText: 'Only tasks of these types. Leave it empty for all of them.',
  },
  {
    key: 'priorities',
    label: hookFilterLabels.priorities,
    group: 'which_tasks',
    type: 'string',
    list: true,
    required: false,
    choices: taskPriorityChoices,
    helpText: 'Only tasks of these priorities. Leave it empty for all of them.',
  },
  {
    key: 'sequence_template_ids',
    label: hookFilterLabels.sequence_template_ids,
    group: 'which_tasks',
    type: 'string',
    list: true,
    required: false,
    dynamic: 'template_list.id.label',
    helpText:
      'Only tasks of contacts who run through one of these sequences. Leave it empty for all of them. The list needs an ' +
      'API key that also has the scope `sequences:read`.',
  },
  {
    key: 'kinds',
    label: hookFilterLabels.kinds,
    group: 'when',
    type: 'string',
    list: true,
    required: false,
    default: 'reassigned',
    choices: kindChoices,
    helpText: 'Which changes start the Zap. Choose all three to hear of every change.',
  },
  {
    key: 'ignore_zapier',
    label: hookFilterLabels.ignore_zapier,
    group: 'when',
    type: 'boolean',
    required: false,
    default: 'false',
    helpText:
      'Choose yes if this Zap itself reassigns tasks: then what it does, and what other Zaps do, does not start it again.',
  },
  {
    key: 'once_per',
    label: oncePerLabel,
    group: 'when',
    type: 'string',
    required: false,
    default: 'task',
    choices: oncePerChoices,
    helpText: 'What to do when several tasks of one contact move to the same person together.',
  },
]);

type InputData = InferInputData<typeof inputFields>;

/** Subscribes at the webhook server. Zapier keeps the result as `bundle.subscribeData`. */
const performSubscribe = (z: ZObject, { targetUrl, inputData }: Bundle<InputData>): Promise<Subscription> => {
  if (targetUrl === undefined) throw failed('Zapier did not say where to send events. Try again.', 'no_target');
  return subscribe(z, {
    target_url: targetUrl,
    event: 'task.reassigned',
    filters: readHookFilters(inputData),
    once_per: readChoice(oncePerLabel, inputData.once_per, oncePerChoices) ?? 'task',
  });
};

/** Ends the subscription; a subscription that is already gone is no error. */
const performUnsubscribe = async (z: ZObject, bundle: Bundle<InputData>): Promise<object> => {
  const subscription = subscriptionOf(bundle);
  if (subscription !== undefined) await unsubscribe(z, subscription);
  return {};
};

const startNoRun = (z: ZObject, reason: string): [] => {
  z.console.warn(`This delivery starts no run: ${reason}.`);
  return [];
};

/** Starts a run when the delivery is genuine, matches the filters, and arrives for the first time. */
const perform = async (z: ZObject, bundle: Bundle<InputData>): Promise<TaskEvent[]> => {
  const delivery = readDelivery(bundle, Math.floor(Date.now() / 1000));
  if (delivery.kind === 'forged') return startNoRun(z, delivery.reason);
  const { event, hookId, webhookId } = delivery;
  if (!matchesHookFilters(readHookFilters(bundle.inputData), event))
    return startNoRun(z, 'the fields of this Zap keep it out');
  const isFirst = await isFirstDelivery(z, `delivery:${hookId}:${webhookId}`);
  // It is about this delivery, and no field of the event.
  const { is_template_unknown: _mark, ...told } = event;
  return isFirst ? [told] : startNoRun(z, 'it came before');
};

/** The editor waits this long for past events, which leaves time to build examples from tasks. */
const historyMs = 10_000;

/** Returns the newest events for the editor, or examples built from real tasks when there are none yet. */
const performList = async (z: ZObject, { inputData }: Bundle<InputData>): Promise<TaskEvent[]> => {
  const deadline = startDeadline(() => performance.now());
  const filters = readHookFilters(inputData);
  const { items: events } = await listEvents(z, 3, filters, historyMs);
  if (events.length > 0) return events;
  return fetchExampleEvents({ z, deadline, directory: openDirectory(z, deadline) }, filters);
};

export default defineTrigger({
  key: 'task_reassigned',
  noun: 'Task',
  display: {
    label: 'Task Reassigned',
    description: 'Triggers when a task is reassigned to another person.',
  },
  operation: {
    type: 'hook',
    inputFields,
    inputFieldGroups,
    performSubscribe,
    performUnsubscribe,
    perform,
    performList,
    sample: sampleEvent,
    outputFields: eventOutputFields,
  },
});
