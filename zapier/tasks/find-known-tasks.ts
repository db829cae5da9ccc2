import type { ZObject } from 'zapier-platform-core';
import type { TaskFacts } from '../../contract/task-facts.ts';
import type { ListedTask, TaskListPage } from '../../contract/task-list.ts';
import { isOpen } from '../../topo/is-open.ts';
import { microseconds } from '../../topo/microseconds.ts';
import { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { webhookServerUrl } from '../environment.ts';
import { listKnownTasks, oneOrNone, type TaskListQuery } from '../webhook-server/webhook-server-api.ts';
import { halted, throttled } from '../zapier-error.ts';
import { isAssignedTo } from './read-before-reassigning.ts';
import { readTask } from './read-task.ts';
import { againInSeconds, isCertain, lookTimeoutMs, refuseUncertain, refuseUnread } from './refuse-uncertain.ts';
import { anyOpen, isAboutSomebody, type TaskCriteria } from './task-criteria.ts';

/** A task as Topo has it, and what it is about as far as the webhook server knows. */
export type FoundTask = { task: Task; facts: TaskFacts };

/** The server knows what Topo showed some seconds ago: so many of its tasks are read from Topo before it is asked again. */
const mostRead = 3;

/** Nobody needs more: Zapier uses the first. */
const maxFound = 20;

const closedStatuses = ['COMPLETED', 'SKIPPED'] as const;

/** What Topo can be asked instead leaves time for that. */
const optionalTimeoutMs = 8_000;

type Statuses = readonly string[] | undefined;

/** The lists to look through, one after the other: open tasks come before closed ones. `undefined` is every open status. */
const statusLists = (status: string | undefined): Statuses[] => {
  if (status === undefined) return [undefined, closedStatuses];
  return status === anyOpen ? [undefined] : [[status]];
};

const queryOf = (criteria: TaskCriteria, statuses: Statuses): TaskListQuery => {
  const { types, priorities, sequenceTemplateIds, assigneeId, sequenceId, createdAfterUs, contactEmail, text } =
    criteria;
  return {
    limit: [String(maxFound)],
    look: ['first'],
    contact_email: oneOrNone(contactEmail),
    q: oneOrNone(text),
    types,
    priorities,
    templates: sequenceTemplateIds,
    statuses,
    assignee: oneOrNone(assigneeId),
    sequences: oneOrNone(sequenceId),
    created_after: createdAfterUs === undefined ? undefined : [new Date(createdAfterUs / 1000).toISOString()],
  };
};

const isAmong = (value: string | undefined, wanted: readonly string[] | undefined): boolean =>
  wanted === undefined || (value !== undefined && wanted.includes(value));

/** Whether the task is what was looked for, as far as it says so itself: its contact and template do not change. */
const fits = (task: Task, criteria: TaskCriteria, statuses: Statuses): boolean => {
  const { types, priorities, assigneeId, sequenceId, createdAfterUs = Number.NEGATIVE_INFINITY } = criteria;
  return (
    (statuses === undefined ? isOpen(task) : isAmong(task.status, statuses)) &&
    isAmong(task.type, types) &&
    isAmong(task.priority, priorities) &&
    (assigneeId === undefined || isAssignedTo(task, assigneeId)) &&
    (sequenceId === undefined || task.sequence_id?.toLowerCase() === sequenceId.toLowerCase()) &&
    microseconds(task.created_at) > createdAfterUs
  );
};

const foundIn = ({ task: known, contact, sequence_template }: ListedTask): FoundTask[] => {
  const task = Task.safeParse(known);
  return task.success ? [{ task: task.data, facts: { contact, sequenceTemplate: sequence_template } }] : [];
};

/** What became of the tasks that the server knows, once Topo was asked about the first of them. */
type Confirmed = { kind: 'found'; tasks: FoundTask[] } | { kind: 'changed' } | { kind: 'unreadable' };

const confirm = async (
  z: ZObject,
  known: readonly FoundTask[],
  isWanted: (task: Task) => boolean,
  deadline: Deadline,
): Promise<Confirmed> => {
  let isAnyRead = false;
  for (const [position, { task: before, facts }] of known.slice(0, mostRead).entries()) {
    const task = await readTask(z, before.id, deadline);
    if (task !== null && isWanted(task))
      return { kind: 'found', tasks: [{ task, facts }, ...known.slice(position + 1)] };
    isAnyRead ||= task !== null;
  }
  return { kind: isAnyRead ? 'changed' : 'unreadable' };
};

const justChanged = (): Error =>
  throttled('The tasks that were found have just changed. Zapier tries again.', againInSeconds);

const unreadable = (): Error =>
  halted(
    'The webhook server knows such a task, but Topo does not show it: it was deleted, or the API key may not read it. Look ' +
      'for the task in Topo.',
  );

const needsServer = (): Error =>
  halted(
    'Topo’s tasks do not tell whom they are about, so to find one by its contact, company or template’s name needs the ' +
      'webhook server of this integration, which is not set up. Its owner must set WEBHOOK_SERVER_URL. Search by assignee, ' +
      'type or template instead.',
  );

/** The server forgets closed tasks after a time, and looks up only what open ones are about. */
const mayBeClosed = (statuses: Statuses): boolean =>
  statuses?.some((status) => closedStatuses.some((closed) => closed === status)) ?? false;

const closedUnknown = (): Error =>
  halted(
    'No such task was found, but the webhook server does not know of every closed task whom it was about. Choose “Open: ' +
      'pending or in progress” in “Task Status” to look for open tasks only: then it is certain that there is none.',
  );

/** What the server knows; nothing where it cannot say and Topo can be asked instead. */
const readPage = async (
  z: ZObject,
  criteria: TaskCriteria,
  statuses: Statuses,
  deadline: Deadline,
): Promise<TaskListPage | undefined> => {
  const isNeeded = isAboutSomebody(criteria);
  const timeoutMs = Math.min(isNeeded ? lookTimeoutMs : optionalTimeoutMs, deadline.remainingMs());
  try {
    if (webhookServerUrl() === undefined) {
      if (isNeeded) throw needsServer();
      return undefined;
    }
    const page = await listKnownTasks(z, queryOf(criteria, statuses), timeoutMs);
    if (isNeeded) refuseUnread(page);
    return isCertain(page) ? page : undefined;
  } catch (error) {
    if (isNeeded) throw error;
    z.console.warn(`Tasks are looked for in Topo, because the webhook server did not find them: ${String(error)}`);
    return undefined;
  }
};

/**
 * The matching tasks that the webhook server knows, newest first; Topo still shows the first of them so. `[]` only where it
 * is certain that there is none, and nothing where Topo has to be asked.
 *
 * @throws HaltedError or ThrottledError with a sentence where it is not certain and Topo cannot tell.
 */
export const findKnownTasks = async (
  z: ZObject,
  criteria: TaskCriteria,
  deadline: Deadline,
): Promise<FoundTask[] | undefined> => {
  const isNeeded = isAboutSomebody(criteria);
  const needsFacts = isNeeded || criteria.sequenceTemplateIds !== undefined;
  for (const statuses of statusLists(criteria.status)) {
    const page = await readPage(z, criteria, statuses, deadline);
    if (page === undefined) return undefined;
    const isWanted = (task: Task) => fits(task, criteria, statuses);
    const known = page.items.flatMap(foundIn).filter(({ task }) => isWanted(task));
    if (known.length > 0) {
      const confirmed = await confirm(z, known, isWanted, deadline);
      if (confirmed.kind === 'found') return confirmed.tasks;
      if (confirmed.kind === 'changed') throw justChanged();
      if (isNeeded) throw unreadable();
      return undefined;
    }
    if (isNeeded) refuseUncertain(page, needsFacts);
    if (isNeeded && mayBeClosed(statuses)) throw closedUnknown();
    if (mayBeClosed(statuses) || (needsFacts && !page.are_facts_complete)) return undefined;
  }
  return [];
};
