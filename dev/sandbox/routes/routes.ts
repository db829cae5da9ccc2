import type { Habits } from '../assumptions.ts';
import type { Route } from '../http/route.ts';
import { describeKey } from './describe-key.ts';
import { getContact } from './get-contact.ts';
import { getSequence } from './get-sequence.ts';
import { getTask } from './get-task.ts';
import { listMessages } from './list-messages.ts';
import { listSequenceTemplates } from './list-sequence-templates.ts';
import { listTasks } from './list-tasks.ts';
import { reassignTask } from './reassign-task.ts';
import { reopenTask } from './reopen-task.ts';
import { skipTask } from './skip-task.ts';

/** The routes that this Topo has: those that only seem to exist can be switched off. */
export const chooseRoutes = (habits: Habits): readonly Route[] => [
  describeKey,
  listTasks,
  reassignTask,
  reopenTask,
  listMessages,
  getContact,
  listSequenceTemplates,
  ...(habits.getTask ? [getTask] : []),
  ...(habits.skipTask ? [skipTask] : []),
  ...(habits.getSequence ? [getSequence] : []),
];
