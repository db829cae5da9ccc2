import { type Bundle, defineCreate, defineInputFields, type InferInputData, type ZObject } from 'zapier-platform-core';
import { maxIntents } from '../contract/intent.ts';
import { startDeadline } from '../zapier/deadline.ts';
import { readBoolean } from '../zapier/fields/read-boolean.ts';
import { readTaskIds } from '../zapier/fields/read-id.ts';
import { readInteger } from '../zapier/fields/read-integer.ts';
import { refuseBlankMapping } from '../zapier/fields/refuse-blank-mapping.ts';
import { handOver } from '../zapier/hand-over/hand-over.ts';
import {
  type HandOverOutput,
  handOverOutput,
  handOverOutputFields,
  peopleInHandOver,
  sampleHandOver,
} from '../zapier/hand-over/hand-over-output.ts';
import type { ChosenTasks } from '../zapier/hand-over/hand-over-request.ts';
import { openDirectory } from '../zapier/people/directory.ts';
import { resolvePersonOrNobody, resolveRequiredPerson } from '../zapier/people/resolve-person.ts';
import { askKnownFacts } from '../zapier/tasks/known-facts.ts';
import { readTaskFilters, taskFilterFields, taskFilterLabels } from '../zapier/tasks/task-filters.ts';
import { halted } from '../zapier/zapier-error.ts';

const label = {
  from: 'Previous Assignee',
  to: 'New Assignee',
  tasks: 'Tasks',
  most: 'Most Tasks',
  preview: 'Preview Only',
} as const;

const defaultMaxTasks = 50;

/**
 * As many as one run can move while Topo takes up to about 0.4 s for a reassignment. Measured: 200 took 15 s at 0.25 s
 * each, and at 0.4 s each 193 started in time (`npm run bench:hand-over`).
 */
const maxTasksLimit = maxIntents;

const inputFields = defineInputFields([
  {
    key: 'to_user_id',
    label: label.to,
    type: 'string',
    required: true,
    dynamic: 'person_list.id.label',
    search: 'find_person.id',
    helpText: 'Who takes the tasks over. Choose from the list, or map an ID, an e-mail or a name.',
  },
  {
    key: 'from_user_id',
    label: label.from,
    type: 'string',
    required: false,
    dynamic: 'assignee_list.id.label',
    search: 'find_person.id',
    helpText:
      'Whose open tasks are handed over; “Nobody” means those that nobody has, which only the integration’s webhook ' +
      'server can list. With “Tasks” filled in as well, only those of them that are still with this ' +
      'person are.',
  },
  {
    key: 'task_ids',
    label: label.tasks,
    type: 'string',
    list: true,
    required: false,
    dynamic: 'task_list.id.label',
    helpText:
      'Only these tasks, in place of all open tasks of the person. To return what an earlier run handed over, map its ' +
      '“Give Back” here.',
  },
  ...taskFilterFields('are handed over'),
  {
    key: 'most_tasks',
    label: label.most,
    type: 'integer',
    required: false,
    default: String(defaultMaxTasks),
    helpText:
      `No more tasks than this in one run, at most ${maxTasksLimit}; those that have waited longest come first. The ` +
      'result says how many are left: run the step again for them.',
  },
  {
    key: 'preview_only',
    label: label.preview,
    type: 'boolean',
    required: false,
    default: 'false',
    helpText:
      'Choose yes to see what would move without changing anything. Without it, “Test step” really hands the tasks over.',
  },
]);

type InputData = InferInputData<typeof inputFields>;

/** The fields that limit a hand-over: if a mapping left one empty, too many tasks would move. */
const limitingFields = {
  from_user_id: label.from,
  task_ids: label.tasks,
  preview_only: label.preview,
  ...taskFilterLabels,
} satisfies Partial<Record<keyof InputData, string>>;

/** @throws HaltedError when neither field says which tasks: that would mean everybody's. */
const chooseTasks = (fromId: string | undefined, taskIds: readonly string[] | undefined): ChosenTasks => {
  if (taskIds !== undefined) return { fromId, taskIds };
  if (fromId !== undefined) return { fromId, taskIds };
  throw halted(
    `The fields “${label.from}” and “${label.tasks}” are both empty, so nothing was changed. Choose whose tasks are ` +
      'handed over, or map the tasks.',
  );
};

/** Hands tasks over and returns a report on each of them. */
const perform = async (z: ZObject, bundle: Bundle<InputData>): Promise<HandOverOutput> => {
  refuseBlankMapping(bundle, limitingFields);
  const { inputData } = bundle;
  const nowMs = (): number => performance.now();
  const deadline = startDeadline(nowMs);
  const directory = openDirectory(z, deadline);
  const taskIds = readTaskIds(label.tasks, inputData.task_ids);
  const filters = readTaskFilters(inputData);
  const maxTasks = readInteger(label.most, inputData.most_tasks, 1, maxTasksLimit) ?? defaultMaxTasks;
  const isPreview = readBoolean(label.preview, inputData.preview_only) ?? false;
  const toId = await resolveRequiredPerson(label.to, inputData.to_user_id, directory);
  const fromId = await resolvePersonOrNobody(label.from, inputData.from_user_id, directory);
  const chosen = chooseTasks(fromId, taskIds);

  const run = { z, directory, deadline, nowMs };
  const result = await handOver(run, { ...chosen, toId, filters, maxTasks, isPreview });
  const [personOf, factsOf] = await Promise.all([
    directory.resolveNames(peopleInHandOver(result)),
    askKnownFacts(
      run,
      result.handled.map(({ id }) => id),
    ),
  ]);
  return handOverOutput(result, { personOf, factsOf });
};

export default defineCreate({
  key: 'hand_over_tasks',
  noun: 'Task',
  display: {
    label: 'Hand Over Tasks',
    description: 'Gives all open tasks of one person, or a list of tasks, to another person.',
  },
  operation: {
    inputFields,
    perform,
    sample: sampleHandOver,
    outputFields: handOverOutputFields,
  },
});
