import * as z from 'zod';
import { taskLabels } from './labels.ts';
import { type Summarized, summaryOf } from './summary.ts';
import { unknownFacts } from './task-facts.ts';
import { textIn } from './text-in.ts';
import { ToldContact, ToldTemplate, toldFacts } from './told-facts.ts';

/** What may happen to a task. */
export const eventTypes = ['task.reassigned', 'task.created', 'task.closed', 'task.reopened'] as const;
export const EventType = z.enum(eventTypes);
export type EventType = z.infer<typeof EventType>;

/** Of a reassignment: `reassigned` is person to person, `assigned` nobody to person, `unassigned` person to nobody. */
export const kinds = ['reassigned', 'assigned', 'unassigned'] as const;
export const Kind = z.enum(kinds);
export type Kind = z.infer<typeof Kind>;

/** The kinds of all events: what is not a reassignment is of one kind. */
export const EventKind = z.enum([...kinds, 'created', 'closed', 'reopened']);
export type EventKind = z.infer<typeof EventKind>;

/** Who made the change: `zapier` for this integration's own actions, `topo` for everything else. */
const sources = ['topo', 'zapier'] as const;
export const Source = z.enum(sources);
export type Source = z.infer<typeof Source>;

/** All fields are null for nobody. Names and e-mails are null until somebody enters them. */
export const Person = z.object({
  user_id: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
});
export type Person = z.infer<typeof Person>;

/** The task as Topo returned it, with all its fields. */
export const EventTask = z.looseObject({
  id: z.string(),
  type: z.string().optional(),
  priority: z.string().optional(),
  sequence_id: z.string().nullable(),
  assignee_user_id: z.string().nullable(),
  updated_at: z.string(),
});
export type EventTask = z.infer<typeof EventTask>;

/** One task of an event, and who had it before. */
const Change = z.object({ task: EventTask, previous_assignee: Person });

/** What an event says in words, all of it made from the rest of the event. */
type Words = { type_label: string | null; priority_label: string | null; summary: string };

const wordsOf = (event: Summarized & { task: EventTask }): Words => ({
  ...taskLabels(event.task),
  summary: summaryOf(event),
});

type Fields = Readonly<Record<string, unknown>>;

/** What a call came to. */
export const dispositionOf = (task: Fields): string | null => textIn(task['disposition']);

/** What a task that was closed came to: its last status in small letters; null of a task that was not closed. */
export const outcomeOf = ({ type, task }: { type: EventType; task: Fields }): string | null =>
  type === 'task.closed' ? (textIn(task['status'])?.toLowerCase() ?? null) : null;

/** An event as a server of any version sends and stores it. */
const SentEvent = z.object({
  id: z.string(),
  type: EventType,
  kind: EventKind,
  occurred_at: z.string(),
  detected_at: z.string(),
  source: Source,
  batch_id: z.string(),
  batch_size: z.number().int().positive(),
  previous_assignee: Person,
  new_assignee: Person,
  task: EventTask,
  /**
   * Set where a hook filters by template and Topo did not tell it: the delivery was dropped, and somebody has sent it by
   * hand all the same.
   */
  is_template_unknown: z.literal(true).optional(),
  sequence_template_id: z.string().nullable(),
  changes: z.array(Change).min(1),
  changes_count: z.number().int().positive(),
  contact: ToldContact.optional(),
  sequence_template: ToldTemplate.optional(),
  task_url: z.string().nullable().optional(),
  type_label: z.string().nullable().optional(),
  priority_label: z.string().nullable().optional(),
  summary: z.string().optional(),
  outcome: z.string().nullable().optional(),
  disposition: z.string().nullable().optional(),
  open_seconds: z.number().int().nonnegative().optional(),
});

/**
 * The event that a Zap receives. A task that was created or reopened is `new_assignee`'s, and nobody had it before; a task
 * that was closed was `previous_assignee`'s, and nobody has it now: what it came to is its `outcome` (`completed` or
 * `skipped`), `disposition` what a call came to, and `open_seconds` how long it had been there. `task` and `previous_assignee` are those of the first change; `changes` holds all
 * changes: just one, unless the hook wants one event per sequence. `occurred_at` is the task's `updated_at`, `detected_at`
 * the server's clock. A batch is the changes that one scan found for the same sequence run and the same new assignee.
 * `contact` and `sequence_template` are what its tasks are about, `summary` says all of it in one sentence, and `task_url`
 * is a link to the first task, or null. An event that was sent or stored without these is completed from what it says.
 */
export const TaskEvent = SentEvent.transform((sent) => {
  const unknown = toldFacts(unknownFacts);
  const { contact = unknown.contact, task_url = null } = sent;
  const { sequence_template = { ...unknown.sequence_template, id: sent.sequence_template_id } } = sent;
  const words = wordsOf({ ...sent, contact, sequence_template });
  const { type_label = words.type_label, priority_label = words.priority_label, summary = words.summary } = sent;
  return { ...sent, contact, sequence_template, task_url, type_label, priority_label, summary };
});
export type TaskEvent = z.infer<typeof TaskEvent>;

/** The event, with all that it says in words. */
export const inWords = <Event extends Omit<TaskEvent, keyof Words>>(event: Event): Event & Words => ({
  ...event,
  ...wordsOf(event),
});

/**
 * `GET /events`: newest first. `has_more` says that there may be more after the last item: go on with its id as `before`,
 * or with `next` if it is there. `next` is the event up to which the server has looked, so that it need not look again.
 */
export const EventPage = z.object({
  items: z.array(TaskEvent),
  has_more: z.boolean(),
  next: z.string().optional(),
});
export type EventPage = z.infer<typeof EventPage>;
