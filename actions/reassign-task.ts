import { type Bundle, defineCreate, defineInputFields, type InferInputData, type ZObject } from 'zapier-platform-core';
import { maxCandidates, type WayToChoose, waysToChoose } from '../contract/choice.ts';
import { reassignScopes } from '../topo/reassign-task.ts';
import { startDeadline } from '../zapier/deadline.ts';
import { choicesOf } from '../zapier/fields/dropdown.ts';
import { readBoolean } from '../zapier/fields/read-boolean.ts';
import { readChoice } from '../zapier/fields/read-choice.ts';
import { readTaskId } from '../zapier/fields/read-id.ts';
import { refuseBlankMapping } from '../zapier/fields/refuse-blank-mapping.ts';
import { isBlank } from '../zapier/fields/texts-in.ts';
import { openDirectory, type RunWithDirectory } from '../zapier/people/directory.ts';
import { resolvePeople, resolvePersonOrNobody, resolveRequiredPerson } from '../zapier/people/resolve-person.ts';
import { choiceReason } from '../zapier/tasks/choice-reason.ts';
import { askKnownFacts, type FactsOf } from '../zapier/tasks/known-facts.ts';
import { reassign } from '../zapier/tasks/reassign.ts';
import {
  peopleInReassignment,
  type ReasonOf,
  type ReassignmentOutput,
  type ReassignmentResult,
  reassignmentOutput,
  reassignmentOutputFields,
  sampleReassignment,
  tasksInReassignment,
} from '../zapier/tasks/reassignment-output.ts';
import { taskListFields } from '../zapier/tasks/task-filters.ts';
import { withChoice } from '../zapier/webhook-server/with-choice.ts';

const scopeLabels = {
  TASK: 'Only this task',
  SEQUENCE: 'This task and the contact’s other open tasks in the same sequence',
} as const satisfies Record<(typeof reassignScopes)[number], string>;

const scopeChoices = choicesOf(reassignScopes, scopeLabels);

const wayLabels = {
  fewest: 'Whoever has the fewest open tasks',
  turn: 'Whoever is next in turn',
} as const satisfies Record<WayToChoose, string>;

const wayChoices = choicesOf(waysToChoose, wayLabels);

const label = {
  task: 'Task',
  assignee: 'New Assignee',
  chooseAmong: 'Or Choose Among',
  howToChoose: 'How to Choose',
  scope: 'What to Reassign',
  onlyIfAssignedTo: 'Only If Currently Assigned To',
  preview: 'Preview Only',
} as const;

const inputFieldGroups = [
  { key: 'which_task', label: 'Which Task' },
  { key: 'new_assignee', label: 'Who Takes Over' },
  { key: 'safety', label: 'Safety' },
];

const inputFields = defineInputFields([
  ...taskListFields('which_task'),
  {
    key: 'task_id',
    label: label.task,
    group: 'which_task',
    type: 'string',
    required: true,
    dynamic: 'task_list.id.label',
    search: 'find_task.id',
    helpText:
      'The list shows open tasks, newest first; the fields above make it shorter. To act on the task that started the Zap, ' +
      'map it from that step: an ID, or a link that contains one.',
  },
  {
    key: 'scope',
    label: label.scope,
    group: 'which_task',
    type: 'string',
    required: false,
    default: 'TASK',
    choices: scopeChoices,
    helpText:
      'Topo’s screens call a whole campaign a sequence. The second choice is about one contact: it also moves the other ' +
      'open tasks that the same campaign made for this contact. Tasks of other contacts stay where they are.',
  },
  {
    key: 'assignee_user_id',
    label: label.assignee,
    group: 'new_assignee',
    type: 'string',
    required: false,
    dynamic: 'person_list.id.label',
    search: 'find_person.id',
    helpText:
      'Who takes over. Choose from the list, or map an ID, an e-mail or a name, such as the owner in your CRM. It may be ' +
      'empty only when the next field is filled in.',
  },
  {
    key: 'choose_among',
    label: label.chooseAmong,
    group: 'new_assignee',
    type: 'string',
    list: true,
    required: false,
    dynamic: 'person_list.id.label',
    helpText:
      'When “New Assignee” is empty, one of these people takes over. People who are away are left out. A run that is ' +
      'repeated for the same task gets the same person; “Test step” counts.',
  },
  {
    key: 'how_to_choose',
    label: label.howToChoose,
    group: 'new_assignee',
    type: 'string',
    required: false,
    default: 'fewest',
    choices: wayChoices,
    helpText: 'Whom “Or Choose Among” takes. Among people with equally few open tasks, the turn decides.',
  },
  {
    key: 'only_if_assigned_to',
    label: label.onlyIfAssignedTo,
    group: 'safety',
    type: 'string',
    required: false,
    dynamic: 'assignee_list.id.label',
    search: 'find_person.id',
    helpText:
      'Zaps can run late. With a person here, or nobody, the step looks who has the task just before it reassigns it, and ' +
      'stops when it is somebody else. Whoever moves the task in the very moment between is overruled.',
  },
  {
    key: 'preview_only',
    label: label.preview,
    group: 'safety',
    type: 'boolean',
    required: false,
    default: 'false',
    helpText:
      'Choose yes to see what would move without changing anything. Without it, “Test step” really reassigns the task.',
  },
]);

/**
 * Zapier runs what concerns one task one after the other: otherwise two Zaps would each see the former assignee, and the
 * slower one would win. A run takes no longer than this.
 */
const lockSeconds = 30;

type InputData = InferInputData<typeof inputFields>;

/** The fields that can keep a run from writing: if a mapping left one empty, it no longer would. */
const limitingFields = {
  only_if_assigned_to: label.onlyIfAssignedTo,
  preview_only: label.preview,
} satisfies Partial<Record<keyof InputData, string>>;

/** What the tasks are about: all that move together are about the same contact. */
const findFacts = async (run: RunWithDirectory, reassigned: ReassignmentResult): Promise<FactsOf> => {
  const { facts } = reassigned;
  return facts === undefined ? askKnownFacts(run, tasksInReassignment(reassigned)) : () => facts;
};

const report = async (
  run: RunWithDirectory,
  reassigned: ReassignmentResult,
  reasonOf?: ReasonOf,
): Promise<ReassignmentOutput> => {
  const [personOf, factsOf] = await Promise.all([
    run.directory.resolveNames(peopleInReassignment(reassigned)),
    findFacts(run, reassigned),
  ]);
  return reassignmentOutput(reassigned, { personOf, factsOf }, reasonOf);
};

/** Reassigns a task and returns it as it is now, with a report of the change. */
const perform = async (z: ZObject, bundle: Bundle<InputData>): Promise<ReassignmentOutput> => {
  refuseBlankMapping(bundle, limitingFields);
  const { inputData } = bundle;
  const deadline = startDeadline(() => performance.now());
  const directory = openDirectory(z, deadline);
  const taskId = readTaskId(label.task, inputData.task_id);
  const scope = readChoice(label.scope, inputData.scope, scopeChoices) ?? 'TASK';
  const isPreview = readBoolean(label.preview, inputData.preview_only) ?? false;
  const how = readChoice(label.howToChoose, inputData.how_to_choose, wayChoices) ?? 'fewest';
  const onlyIfAssignedTo = await resolvePersonOrNobody(
    label.onlyIfAssignedTo,
    inputData.only_if_assigned_to,
    directory,
  );
  const candidateIds = isBlank(inputData.assignee_user_id)
    ? await resolvePeople(label.chooseAmong, inputData.choose_among, directory, maxCandidates)
    : undefined;

  const run = { z, directory, deadline };
  const reassignTo = (assigneeId: string): Promise<ReassignmentResult> =>
    reassign(run, { taskId, assigneeId, scope, onlyIfAssignedTo, isPreview });
  if (candidateIds === undefined) {
    const assigneeId = await resolveRequiredPerson(label.assignee, inputData.assignee_user_id, directory);
    return report(run, await reassignTo(assigneeId));
  }
  const order = { taskId, candidateIds, how, isPreview };
  const { choice, ...reassigned } = await withChoice(run, label.chooseAmong, order, async (made) => ({
    choice: made,
    ...(await reassignTo(made.user_id)),
  }));
  return report(run, reassigned, (personOf) => choiceReason(choice, candidateIds, personOf));
};

export default defineCreate({
  key: 'reassign_task',
  noun: 'Task',
  display: {
    label: 'Reassign Task',
    description: 'Gives a task, or all open tasks of its contact in the same sequence, to another person.',
  },
  operation: {
    inputFields,
    inputFieldGroups,
    perform,
    sample: sampleReassignment,
    outputFields: reassignmentOutputFields,
    lock: { key: 'reassign-{{bundle.inputData.task_id}}', scope: ['auth'], timeout: lockSeconds },
  },
});
