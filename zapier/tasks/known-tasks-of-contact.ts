import type { ZObject } from 'zapier-platform-core';
import { isOpen } from '../../topo/is-open.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { listKnownTasks, type TaskListQuery } from '../webhook-server/webhook-server-api.ts';
import { throttled } from '../zapier-error.ts';
import { againInSeconds, lookTimeoutMs, requireFacts, requireReading } from './known-for-certain.ts';
import { readTask } from './read-task.ts';
import { anyOpen, type TaskCriteria } from './task-criteria.ts';

/** The server knows what Topo showed some seconds ago: so many of its tasks are read from Topo before it is asked again. */
const mostRead = 3;

const closedStatuses = ['COMPLETED', 'SKIPPED'] as const;

/** The lists to look through, one after the other: open tasks come before closed ones. */
const statusLists = (status: string | undefined): (readonly string[] | undefined)[] => {
  if (status === undefined) return [undefined, closedStatuses];
  return status === anyOpen ? [undefined] : [[status]];
};

const queryOf = (email: string, criteria: TaskCriteria, statuses: readonly string[] | undefined): TaskListQuery => {
  const { types, priorities, sequenceTemplateIds, assigneeId, sequenceId, createdAfterUs } = criteria;
  return {
    limit: [String(mostRead)],
    look: ['first'],
    contact_email: [email],
    types,
    priorities,
    templates: sequenceTemplateIds,
    statuses,
    assignee: assigneeId === undefined ? undefined : [assigneeId],
    sequences: sequenceId === undefined ? undefined : [sequenceId],
    created_after: createdAfterUs === undefined ? undefined : [new Date(createdAfterUs / 1000).toISOString()],
  };
};

const isSame = (one: string | null, other: string): boolean => one?.toLowerCase() === other.toLowerCase();

const isAmong = (value: string | undefined, wanted: readonly string[] | undefined): boolean =>
  wanted === undefined || (value !== undefined && wanted.includes(value));

/** Whether the task, as Topo has it now, still is what was looked for. Its contact and template do not change. */
const stillFits = (task: Task, criteria: TaskCriteria, statuses: readonly string[] | undefined): boolean => {
  const { types, priorities, assigneeId, sequenceId, createdAfterUs = Number.NEGATIVE_INFINITY } = criteria;
  return (
    (statuses === undefined ? isOpen(task) : isAmong(task.status, statuses)) &&
    isAmong(task.type, types) &&
    isAmong(task.priority, priorities) &&
    (assigneeId === undefined || isSame(task.assignee_user_id, assigneeId)) &&
    (sequenceId === undefined || isSame(task.sequence_id, sequenceId)) &&
    microseconds(task.created_at) > createdAfterUs
  );
};

/**
 * The newest task about the contact with this e-mail, which the webhook server knows and Topo still shows so; `[]` only
 * where it is certain that there is none.
 *
 * @throws HaltedError or ThrottledError with a sentence where it is not.
 */
export const knownTasksOfContact = async (
  z: ZObject,
  email: string,
  criteria: TaskCriteria,
  deadline: Deadline,
): Promise<Task[]> => {
  for (const statuses of statusLists(criteria.status)) {
    const timeoutMs = Math.min(lookTimeoutMs, deadline.remainingMs());
    const page = await listKnownTasks(z, queryOf(email, criteria, statuses), timeoutMs);
    for (const { task: known } of page.items.slice(0, mostRead)) {
      const task = await readTask(z, known.id, deadline);
      if (task !== null && stillFits(task, criteria, statuses)) return [task];
    }
    if (page.items.length > 0) {
      throw throttled('The tasks about this contact have just changed. Zapier tries again.', againInSeconds);
    }
    requireReading(page);
    requireFacts(page);
  }
  return [];
};
