import { type Bundle, defineInputFields, defineTrigger, type InferInputData, type ZObject } from 'zapier-platform-core';
import { kinds, type TaskReassigned } from '../contract/event.ts';
import { listTasks } from '../topo/list-tasks.ts';
import { taskPriorities, taskTypes } from '../topo/task.ts';
import { callTopo } from '../zapier/call-topo.ts';
import { eventOutputFields, sampleEvent } from '../zapier/event-output.ts';
import { exampleEvent } from '../zapier/example-event.ts';
import { isFirstTime } from '../zapier/is-first-time.ts';
import { kindLabels, taskPriorityLabels, taskTypeLabels } from '../zapier/labels.ts';
import { readDelivery } from '../zapier/read-delivery.ts';
import { type Subscription, subscriptionOf } from '../zapier/subscription.ts';
import { filterLabels, isWanted, readFilters } from '../zapier/wanted-changes.ts';
import { listEvents, subscribe, unsubscribe } from '../zapier/webhook-server.ts';
import { failed } from '../zapier/zapier-error.ts';

const choicesOf = <Value extends string>(values: readonly Value[], labels: Record<Value, string>) =>
  values.map((value) => ({ value, sample: value, label: labels[value] }));

const inputFields = defineInputFields([
  {
    key: 'kinds',
    label: filterLabels.kinds,
    type: 'string',
    list: true,
    required: false,
    default: 'reassigned',
    choices: choicesOf(kinds, kindLabels),
    helpText: 'Which changes start the Zap. Leave it empty for all of them.',
  },
  {
    key: 'new_assignee_ids',
    label: filterLabels.new_assignee_ids,
    type: 'string',
    list: true,
    required: false,
    dynamic: 'person_list.id.label',
    helpText: 'Only tasks that one of these people takes over. Leave it empty for everybody.',
  },
  {
    key: 'previous_assignee_ids',
    label: filterLabels.previous_assignee_ids,
    type: 'string',
    list: true,
    required: false,
    dynamic: 'person_list.id.label',
    helpText: 'Only tasks that one of these people had before. Leave it empty for everybody.',
  },
  {
    key: 'task_types',
    label: filterLabels.task_types,
    type: 'string',
    list: true,
    required: false,
    choices: choicesOf(taskTypes, taskTypeLabels),
    helpText: 'Only tasks of these types. Leave it empty for all of them.',
  },
  {
    key: 'priorities',
    label: filterLabels.priorities,
    type: 'string',
    list: true,
    required: false,
    choices: choicesOf(taskPriorities, taskPriorityLabels),
    helpText: 'Only tasks of these priorities. Leave it empty for all of them.',
  },
]);

type InputData = InferInputData<typeof inputFields>;

/** Asks the webhook server for events. What it answers is `bundle.subscribeData` from now on. */
const performSubscribe = (z: ZObject, { targetUrl, inputData }: Bundle<InputData>): Promise<Subscription> => {
  if (targetUrl === undefined) throw failed('Zapier did not say where to send events. Try again.', 'no_target');
  return subscribe(z, { target_url: targetUrl, event: 'task.reassigned', filters: readFilters(inputData) });
};

/** Ends the subscription; one that is already gone is no error. */
const performUnsubscribe = async (z: ZObject, bundle: Bundle<InputData>): Promise<object> => {
  const subscription = subscriptionOf(bundle);
  if (subscription !== undefined) await unsubscribe(z, subscription);
  return {};
};

/** Lets a delivery through when it is genuine, wanted, and comes for the first time. */
const perform = async (z: ZObject, bundle: Bundle<InputData>): Promise<TaskReassigned[]> => {
  const delivery = readDelivery(bundle, Math.floor(Date.now() / 1000));
  if (delivery.kind === 'forged') {
    z.console.warn(`This delivery starts no run: ${delivery.reason}.`);
    return [];
  }
  const { event, hookId, webhookId } = delivery;
  if (!isWanted(readFilters(bundle.inputData), event)) return [];
  return (await isFirstTime(z, `delivery:${hookId}:${webhookId}`)) ? [event] : [];
};

/** The newest events for the editor; an example made of a real task when there is none yet. */
const performList = async (z: ZObject, { inputData }: Bundle<InputData>): Promise<TaskReassigned[]> => {
  const filters = readFilters(inputData);
  const { items: events } = await listEvents(z, 3, filters);
  if (events.length > 0) return events;

  const { task_types: types, priorities } = filters;
  const { items: tasks } = await callTopo(
    z,
    listTasks({
      size: 1,
      sortBy: 'updated_at',
      sortOrder: 'desc',
      ...(types === undefined ? {} : { types }),
      ...(priorities === undefined ? {} : { priorities }),
    }),
  );
  const examples = tasks.map((task) => exampleEvent(task, filters));
  return examples.length > 0 ? examples : [sampleEvent];
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
    performSubscribe,
    performUnsubscribe,
    perform,
    performList,
    sample: sampleEvent,
    outputFields: eventOutputFields,
  },
});
