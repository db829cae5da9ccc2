import { type Bundle, defineInputFields, defineSearch, type InferInputData, type ZObject } from 'zapier-platform-core';
import type { Person } from '../contract/event.ts';
import { type Task, taskStatuses } from '../topo/task.ts';
import { startDeadline } from '../zapier/deadline.ts';
import { choicesOf } from '../zapier/fields/dropdown.ts';
import { readDateTime } from '../zapier/fields/read-date-time.ts';
import { readEmail } from '../zapier/fields/read-email.ts';
import { readEnumValue } from '../zapier/fields/read-enum-value.ts';
import { readOptionalId } from '../zapier/fields/read-id.ts';
import { readText } from '../zapier/fields/read-text.ts';
import { refuseBlankMapping } from '../zapier/fields/refuse-blank-mapping.ts';
import { openDirectory } from '../zapier/people/directory.ts';
import { personOutputFields, samplePeople } from '../zapier/people/person-output.ts';
import { resolvePersonOrNobody } from '../zapier/people/resolve-person.ts';
import { findTasks } from '../zapier/tasks/find-tasks.ts';
import { anyOpen, type TaskCriteria } from '../zapier/tasks/task-criteria.ts';
import {
  contactEmailExample,
  readTaskFilters,
  taskFilterFields,
  taskFilterLabels,
} from '../zapier/tasks/task-filters.ts';
import {
  describedTask,
  factsIdFields,
  factsOutputFields,
  labelOutputFields,
  sampleFacts,
  sampleTask,
  taskOutputFields,
} from '../zapier/tasks/task-output.ts';
import { taskStatusLabels } from '../zapier/wording/labels.ts';

const label = {
  assignee: 'Assignee',
  status: 'Task Status',
  contact: 'Contact Email',
  text: 'Contact, Company or Template',
  sequence: 'Contact’s Sequence',
  createdAfter: 'Created After',
} as const;

const statuses = [anyOpen, ...taskStatuses] as const;

const statusLabels = {
  OPEN: 'Open: pending or in progress',
  ...taskStatusLabels,
} as const satisfies Record<(typeof statuses)[number], string>;

const statusChoices = choicesOf(statuses, statusLabels);

const inputFieldGroups = [
  { key: 'contact', label: 'Contact' },
  { key: 'task', label: 'Task' },
];

const inputFields = defineInputFields([
  {
    key: 'contact_email',
    label: label.contact,
    group: 'contact',
    type: 'string',
    placeholder: contactEmailExample,
    required: false,
    helpText:
      'Only tasks about the contact with this e-mail, such as the one of a deal in your CRM. Needs the integration’s ' +
      'webhook server, and an API key with the scopes sequences:read and contacts:read. Choose open tasks in “Task ' +
      'Status” as well: not all closed ones are known.',
  },
  {
    key: 'text',
    label: label.text,
    group: 'contact',
    type: 'string',
    required: false,
    helpText:
      'Only tasks with this text in the name of the contact, the company or the template, such as Initech. Needs the ' +
      'same as the field “Contact Email”.',
  },
  {
    key: 'sequence_id',
    label: label.sequence,
    group: 'contact',
    type: 'string',
    required: false,
    dynamic: 'sequence_list.id.label',
    helpText:
      'Only tasks that one campaign made for one contact: choose from the list, or map “Contact’s Sequence” from an ' +
      'earlier step that gave a task.',
  },
  {
    key: 'assignee_user_id',
    label: label.assignee,
    group: 'task',
    type: 'string',
    required: false,
    dynamic: 'assignee_list.id.label',
    search: 'find_person.id',
    helpText: 'Only tasks of this person, or of nobody: choose from the list, or map an ID, an e-mail or a name.',
  },
  {
    key: 'status',
    label: label.status,
    group: 'task',
    type: 'string',
    required: false,
    choices: statusChoices,
    helpText: 'Only tasks of this status. Leave it empty for all of them: open tasks are found before closed ones.',
  },
  ...taskFilterFields('are found', 'task'),
  {
    key: 'created_after',
    label: label.createdAfter,
    group: 'task',
    type: 'datetime',
    required: false,
    helpText: 'Only tasks that are newer than this, for example 2026-03-04T14:30:00Z.',
  },
]);

type InputData = InferInputData<typeof inputFields>;

const criteriaLabels = {
  assignee_user_id: label.assignee,
  status: label.status,
  contact_email: label.contact,
  text: label.text,
  sequence_id: label.sequence,
  created_after: label.createdAfter,
  ...taskFilterLabels,
} satisfies Partial<Record<keyof InputData, string>>;

type FoundTask = ReturnType<typeof describedTask<Task>> & { assignee: Person };

const readCriteria = (inputData: InputData, assigneeId: string | undefined): TaskCriteria => {
  const status = readEnumValue(label.status, inputData.status, statusChoices);
  const sequenceId = readOptionalId(label.sequence, inputData.sequence_id);
  const contactEmail = readEmail(label.contact, inputData.contact_email);
  const text = readText(label.text, inputData.text);
  const createdAfterUs = readDateTime(label.createdAfter, inputData.created_after);
  return {
    ...readTaskFilters(inputData),
    ...(assigneeId === undefined ? {} : { assigneeId }),
    ...(status === undefined ? {} : { status }),
    ...(sequenceId === undefined ? {} : { sequenceId }),
    ...(contactEmail === undefined ? {} : { contactEmail }),
    ...(text === undefined ? {} : { text }),
    ...(createdAfterUs === undefined ? {} : { createdAfterUs }),
  };
};

/** Returns the matching tasks, best first; `[]` when there is none. */
const perform = async (z: ZObject, bundle: Bundle<InputData>): Promise<FoundTask[]> => {
  refuseBlankMapping(bundle, criteriaLabels);
  const { inputData } = bundle;
  const deadline = startDeadline(() => performance.now());
  const directory = openDirectory(z, deadline);
  const assigneeId = await resolvePersonOrNobody(label.assignee, inputData.assignee_user_id, directory);
  const found = await findTasks(z, readCriteria(inputData, assigneeId), deadline);
  const personOf = await directory.resolveNames(found.map(({ task }) => task.assignee_user_id));
  return found.map(({ task, facts }) => ({ ...describedTask(task, facts), assignee: personOf(task.assignee_user_id) }));
};

export default defineSearch({
  key: 'find_task',
  noun: 'Task',
  display: {
    label: 'Find Task',
    description: 'Finds the newest open task that fits, or a closed one if no open task does.',
  },
  operation: {
    inputFields,
    inputFieldGroups,
    perform,
    sample: {
      ...describedTask(sampleTask),
      ...sampleFacts,
      assignee: samplePeople.kim,
    },
    outputFields: [
      ...labelOutputFields(),
      ...factsOutputFields,
      ...taskOutputFields(),
      ...personOutputFields('assignee__', 'Assignee'),
      ...factsIdFields,
    ],
  },
});
