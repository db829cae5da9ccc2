import { type Bundle, defineCreate, defineInputFields, type InferInputData, type ZObject } from 'zapier-platform-core';
import { startDeadline } from '../zapier/deadline.ts';
import { readTaskIds } from '../zapier/fields/read-id.ts';
import { refuseBlankMapping } from '../zapier/fields/refuse-blank-mapping.ts';
import { handOver } from '../zapier/hand-over/hand-over.ts';
import {
  handOverLabels,
  mostTasksField,
  newAssigneeField,
  previewField,
  readLimits,
} from '../zapier/hand-over/hand-over-fields.ts';
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

const label = { ...handOverLabels, tasks: 'Tasks' } as const;

const inputFieldGroups = [
  { key: 'new_assignee', label: 'Who Takes Over' },
  { key: 'which_tasks', label: 'Which Tasks' },
  { key: 'safety', label: 'Safety' },
];

const inputFields = defineInputFields([
  { ...newAssigneeField, group: 'new_assignee' },
  {
    key: 'from_user_id',
    label: label.from,
    group: 'which_tasks',
    type: 'string',
    required: false,
    dynamic: 'assignee_list.id.label',
    search: 'find_person.id',
    helpText:
      'Whose open tasks are handed over; “Nobody” means those that nobody has, which only the integration’s webhook ' +
      'server can list. With “Tasks” filled in as well, only those of them that are still with this ' +
      'person are.',
  },
  ...taskFilterFields('are handed over', 'which_tasks'),
  {
    key: 'task_ids',
    label: label.tasks,
    group: 'which_tasks',
    type: 'string',
    list: true,
    required: false,
    dynamic: 'task_list.id.label',
    helpText:
      'Only these tasks, in place of all open tasks of the person. To return what an earlier run handed over, map its ' +
      '“Give Back” here.',
  },
  { ...mostTasksField, group: 'safety' },
  { ...previewField, group: 'safety' },
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
  const limits = readLimits(inputData);
  const toId = await resolveRequiredPerson(label.to, inputData.to_user_id, directory);
  const fromId = await resolvePersonOrNobody(label.from, inputData.from_user_id, directory);
  const chosen = chooseTasks(fromId, taskIds);

  const run = { z, directory, deadline, nowMs };
  const result = await handOver(run, { ...chosen, toId, filters, ...limits });
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
    inputFieldGroups,
    perform,
    sample: sampleHandOver,
    outputFields: handOverOutputFields,
  },
});
