import { type Bundle, defineCreate, defineInputFields, type InferInputData, type ZObject } from 'zapier-platform-core';
import { unknownFacts } from '../contract/task-facts.ts';
import type { ListedTask } from '../contract/task-list.ts';
import { startDeadline } from '../zapier/deadline.ts';
import { readRequiredEmail } from '../zapier/fields/read-email.ts';
import { refuseBlankMapping } from '../zapier/fields/refuse-blank-mapping.ts';
import {
  type ContactTasksOutput,
  contactTasksOutput,
  contactTasksOutputFields,
  sampleContactTasks,
} from '../zapier/hand-over/contact-tasks-output.ts';
import { handOver } from '../zapier/hand-over/hand-over.ts';
import {
  handOverLabels,
  mostTasksField,
  newAssigneeField,
  previewField,
  readLimits,
} from '../zapier/hand-over/hand-over-fields.ts';
import { handOverOutput, peopleInHandOver } from '../zapier/hand-over/hand-over-output.ts';
import { openDirectory } from '../zapier/people/directory.ts';
import { resolvePerson, resolveRequiredPerson } from '../zapier/people/resolve-person.ts';
import type { FactsOf } from '../zapier/tasks/known-facts.ts';
import { listTasksOfContact } from '../zapier/tasks/list-tasks-of-contact.ts';
import { isAssignedTo } from '../zapier/tasks/read-before-reassigning.ts';
import { contactEmailExample } from '../zapier/tasks/task-filters.ts';

const label = { ...handOverLabels, contact: 'Contact Email' } as const;

const inputFields = defineInputFields([
  {
    key: 'contact_email',
    label: label.contact,
    type: 'string',
    placeholder: contactEmailExample,
    required: true,
    helpText:
      'The e-mail of the contact whose tasks move, such as the one of a deal in your CRM. Needs the integration’s webhook ' +
      'server, and an API key with the scopes sequences:read and contacts:read.',
  },
  newAssigneeField,
  {
    key: 'from_user_id',
    label: label.from,
    type: 'string',
    required: false,
    dynamic: 'person_list.id.label',
    search: 'find_person.id',
    helpText: 'Only tasks that are with this person move. Leave it empty to move them from whomever they are with.',
  },
  mostTasksField,
  previewField,
]);

type InputData = InferInputData<typeof inputFields>;

/** The fields that limit what moves: if a mapping left one empty, too many tasks would move. */
const limitingFields = {
  from_user_id: label.from,
  preview_only: label.preview,
} satisfies Partial<Record<keyof InputData, string>>;

/** The tasks that a run considers. Those that the new assignee has already come last, and take no place of the others. */
const idsToMove = (listed: readonly ListedTask[], toId: string, maxTasks: number): string[] => {
  const { theirs = [], others = [] } = Object.groupBy(listed, ({ task }) =>
    isAssignedTo(task, toId) ? 'theirs' : 'others',
  );
  const reported = theirs.slice(0, Math.max(0, maxTasks - others.length));
  return [...others, ...reported].map(({ task }) => task.id);
};

const factsIn = (listed: readonly ListedTask[]): FactsOf => {
  const known = new Map(
    listed.map(({ task, contact, sequence_template: sequenceTemplate }) => [task.id, { contact, sequenceTemplate }]),
  );
  return (taskId) => known.get(taskId) ?? unknownFacts;
};

/** Reassigns the open tasks about a contact and returns a report on each of them. */
const perform = async (z: ZObject, bundle: Bundle<InputData>): Promise<ContactTasksOutput> => {
  refuseBlankMapping(bundle, limitingFields);
  const { inputData } = bundle;
  const nowMs = (): number => performance.now();
  const deadline = startDeadline(nowMs);
  const directory = openDirectory(z, deadline);
  const email = readRequiredEmail(label.contact, inputData.contact_email);
  const limits = readLimits(inputData);
  const toId = await resolveRequiredPerson(label.to, inputData.to_user_id, directory);
  const fromId = await resolvePerson(label.from, inputData.from_user_id, directory);

  const tasks = await listTasksOfContact(z, { email, assigneeId: fromId }, deadline);
  const taskIds = idsToMove(tasks.listed, toId, limits.maxTasks);
  const order = { taskIds, fromId, toId, filters: {}, mustBeRead: true, ...limits };
  const result = await handOver({ z, directory, deadline, nowMs }, order);
  const personOf = await directory.resolveNames(peopleInHandOver(result));
  return contactTasksOutput(handOverOutput(result, { personOf, factsOf: factsIn(tasks.listed) }), tasks);
};

export default defineCreate({
  key: 'reassign_contact_tasks',
  noun: 'Task',
  display: {
    label: 'Reassign a Contact’s Tasks',
    description: 'Gives all open tasks about one contact, in every sequence, to another person.',
  },
  operation: {
    inputFields,
    perform,
    sample: sampleContactTasks,
    outputFields: contactTasksOutputFields,
  },
});
