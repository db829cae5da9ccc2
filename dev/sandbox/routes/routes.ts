import type { Assumptions } from '../assumptions.ts';
import type { Route } from '../http/route.ts';
import { describeKey } from './describe-key.ts';
import { getContact } from './get-contact.ts';
import { getSequence } from './get-sequence.ts';
import { getTask } from './get-task.ts';
import { listActivities } from './list-activities.ts';
import { listContacts } from './list-contacts.ts';
import { memberLists } from './list-members.ts';
import { listMessages } from './list-messages.ts';
import { listSequenceTemplates } from './list-sequence-templates.ts';
import { listSequences } from './list-sequences.ts';
import { listTasks } from './list-tasks.ts';
import { reassignTask } from './reassign-task.ts';
import { reopenTask } from './reopen-task.ts';
import { skipTask } from './skip-task.ts';
import { webhooks } from './webhooks.ts';

/** The routes of this Topo. Those that the documentation does not settle can be switched off. */
export const chooseRoutes = (assumptions: Assumptions): readonly Route[] => [
  describeKey,
  listTasks,
  reassignTask,
  reopenTask,
  listMessages,
  getContact,
  listActivities,
  ...(assumptions.getTask ? [getTask] : []),
  ...(assumptions.skipTask ? [skipTask] : []),
  ...(assumptions.getSequence ? [getSequence] : []),
  ...(assumptions.listSequences ? [listSequences] : []),
  ...(assumptions.listContacts ? [listContacts] : []),
  ...(assumptions.listSequenceTemplates ? [listSequenceTemplates] : []),
  ...(assumptions.memberLists === 'absent' ? [] : memberLists),
  ...(assumptions.webhooks ? webhooks : []),
];
