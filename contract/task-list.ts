import * as z from 'zod';
import { EventTask, Person } from './event.ts';
import { Contact, SequenceTemplateName } from './task-facts.ts';

/** A task as Topo last showed it, who has it, and what it is about; null where nobody knows, or the key may not read it. */
export const ListedTask = z.object({
  task: EventTask,
  assignee: Person,
  contact: Contact.nullable(),
  sequence_template: SequenceTemplateName.nullable(),
});
export type ListedTask = z.infer<typeof ListedTask>;

/**
 * `GET /tasks`: newest first. Go on with `next` as `after` while there is one.
 *
 * - `as_of`: when the server began its last complete look at Topo; null before the first.
 * - `is_current`: that was at most two minutes ago.
 * - `is_complete`: every task of the workspace has been read. Until then a list may lack some.
 * - `are_facts_complete`: what every open task is about is known, as far as the key may read it. Until then a list that is
 *   narrowed by contact, template or text may lack some.
 * - `other_open_statuses`: of open tasks, besides those that Topo documents.
 * - `progress`: how far the first reading has come, while it goes on.
 */
export const TaskListPage = z.object({
  items: z.array(ListedTask),
  next: z.string().nullable(),
  as_of: z.string().nullable(),
  is_current: z.boolean(),
  is_complete: z.boolean(),
  are_facts_complete: z.boolean(),
  other_open_statuses: z.array(z.string()).default([]),
  progress: z.object({ rows_read: z.number(), total_rows: z.number() }).nullable(),
});
export type TaskListPage = z.infer<typeof TaskListPage>;

/** The assignee of tasks that nobody has, as `assignee` of `GET /tasks`. */
export const unassigned = 'none';

/**
 * How many open tasks a person has; `user_id` is null for those that nobody has. `example` is the newest task of somebody
 * whom nobody has named, to recognize them by; else null.
 */
const TaskCount = z.object({
  user_id: z.string().nullable(),
  open_tasks: z.number().int().nonnegative(),
  example: ListedTask.nullable().default(null),
});

/** `GET /tasks/counts`. */
export const TaskCounts = z.object({
  items: z.array(TaskCount),
  is_current: z.boolean(),
  is_complete: z.boolean(),
});
export type TaskCounts = z.infer<typeof TaskCounts>;
