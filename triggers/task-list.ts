import { type Bundle, defineInputFields, defineTrigger, type InferInputData, type ZObject } from 'zapier-platform-core';
import { type Deadline, startDeadline } from '../zapier/deadline.ts';
import { type Choice, choiceOutputFields } from '../zapier/fields/dropdown.ts';
import { readEmail } from '../zapier/fields/read-email.ts';
import { type Directory, openDirectory } from '../zapier/people/directory.ts';
import { resolvePersonOrNobody } from '../zapier/people/resolve-person.ts';
import { listOpenTasks } from '../zapier/tasks/list-open-tasks.ts';
import { lookUpFacts } from '../zapier/tasks/look-up-facts.ts';
import { type KnownTask, type ListFilters, readKnownTasks } from '../zapier/tasks/read-known-tasks.ts';
import { readTaskFilters, taskListFields, taskListLabels } from '../zapier/tasks/task-filters.ts';
import { taskLabel } from '../zapier/tasks/task-label.ts';

/** As many as one can look through, and few enough to look up the facts of each. */
const pageSize = 30;

const choiceOfKnown = ({ task, assignee, contact, sequence_template }: KnownTask, nowMs: number): Choice => {
  const { user_id } = assignee;
  const facts = { contact, sequenceTemplate: sequence_template };
  return {
    id: task.id,
    label: taskLabel(task, { facts, assignee: user_id === null ? null : { ...assignee, user_id }, nowMs }),
  };
};

const listFromTopo = async (
  z: ZObject,
  { contactEmail: _onlyTheServerKnows, ...filters }: ListFilters,
  page: number,
  deadline: Deadline,
): Promise<Choice[]> => {
  const from = page * pageSize;
  const { tasks } = await listOpenTasks(z, filters, from + pageSize, deadline);
  const shown = tasks.slice(from);
  const [factsOf, personOf] = await Promise.all([
    lookUpFacts(z, shown, deadline),
    openDirectory(z, deadline).resolveNames(shown.map(({ assignee_user_id }) => assignee_user_id)),
  ]);
  const nowMs = Date.now();
  return shown.map((task) => {
    const { assignee_user_id: userId } = task;
    const assignee = userId === null ? null : { ...personOf(userId), user_id: userId };
    return { id: task.id, label: taskLabel(task, { facts: factsOf(task), assignee, nowMs }) };
  });
};

/** Of the step whose field “Task” is filled: these make its list shorter. */
const inputFields = defineInputFields([
  ...taskListFields(),
  {
    key: 'from_user_id',
    label: 'Previous Assignee',
    type: 'string',
    required: false,
    dynamic: 'assignee_list.id.label',
    helpText: 'Only tasks of this person, or of nobody, are in the list.',
  },
]);

type InputData = InferInputData<typeof inputFields>;

const readListFilters = async (inputData: InputData, directory: Directory): Promise<ListFilters> => {
  const contactEmail = readEmail(taskListLabels.list_contact_email, inputData.list_contact_email);
  const assigneeId =
    (await resolvePersonOrNobody(taskListLabels.list_assignee_id, inputData.list_assignee_id, directory)) ??
    (await resolvePersonOrNobody('Previous Assignee', inputData.from_user_id, directory));
  return {
    ...readTaskFilters(inputData),
    ...(assigneeId === undefined ? {} : { assigneeId }),
    ...(contactEmail === undefined ? {} : { contactEmail }),
  };
};

/**
 * Fills the dropdown “Task”: the open tasks, newest first, filtered by the step’s fields for assignee, contact, type,
 * priority and template. The webhook server knows them; where there is none, or while it is still reading, Topo is asked.
 */
const perform = async (z: ZObject, { inputData, meta }: Bundle<InputData>): Promise<Choice[]> => {
  const deadline = startDeadline(() => performance.now());
  const filters = await readListFilters(inputData, openDirectory(z, deadline));
  const page = meta.page ?? 0;
  const known = await readKnownTasks(z, filters, page);
  const nowMs = Date.now();
  return known?.map((task) => choiceOfKnown(task, nowMs)) ?? listFromTopo(z, filters, page, deadline);
};

const sample: Choice = {
  id: '8d2b6c1e-5f0a-4c67-9d43-2b7a1f90e6c5',
  label: 'Call · Ada Moreau, Initech · Trial Follow-up · Hot · 3 days old · Kim Lindqvist',
};

export default defineTrigger({
  key: 'task_list',
  noun: 'Task',
  display: {
    label: 'List of Open Tasks',
    description: 'Triggers when a dropdown of tasks is opened.',
    hidden: true,
  },
  operation: {
    type: 'polling',
    inputFields,
    perform,
    canPaginate: true,
    sample,
    outputFields: choiceOutputFields('Task'),
  },
});
