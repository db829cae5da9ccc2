import type { ZObject } from 'zapier-platform-core';
import { isOpen, openStatuses } from '../../topo/is-open.ts';
import { largestPage } from '../../topo/list.ts';
import { listTasks } from '../../topo/list-tasks.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { webhookServerUrl } from '../environment.ts';
import { callTopo } from '../request/call-topo.ts';
import { knownTasksOfContact } from './known-tasks-of-contact.ts';
import { anyOpen, type TaskCriteria } from './task-criteria.ts';
import { tasksOfContact } from './tasks-of-contact.ts';

/** Nobody needs more: Zapier uses the first. */
const maxFound = 20;

const createdAt = ({ created_at }: Task): number => microseconds(created_at);

const byBestMatch = (one: Task, other: Task): number =>
  Number(isOpen(other)) - Number(isOpen(one)) || createdAt(other) - createdAt(one);

/** A list of all statuses may start with a hundred closed tasks, so the open ones are fetched separately. */
const statusesOf = (status: string | undefined): (string | undefined)[] => {
  if (status === undefined) return [undefined, ...openStatuses];
  return status === anyOpen ? [...openStatuses] : [status];
};

/** The newest tasks of one status, or of all. Topo's date filter is not documented, so dates are filtered here. */
const newest = async (
  z: ZObject,
  { createdAfterUs = Number.NEGATIVE_INFINITY, ...query }: Omit<TaskCriteria, 'contactEmail'>,
  deadline: Deadline,
): Promise<{ tasks: Task[]; hasMore: boolean }> => {
  const call = listTasks({ ...query, page: 1, size: largestPage, sortBy: 'created_at', sortOrder: 'desc' });
  const { items, has_more } = await callTopo(z, call, { deadline });
  const tasks = items.filter((task) => createdAt(task) > createdAfterUs);
  return { tasks, hasMore: has_more && tasks.length === items.length };
};

/**
 * The matching tasks, best first: open before closed, newer before older. At most twenty, possibly none.
 */
export const findTasks = async (
  z: ZObject,
  { contactEmail, ...criteria }: TaskCriteria,
  deadline: Deadline,
): Promise<Task[]> => {
  if (contactEmail !== undefined && webhookServerUrl() !== undefined) {
    return knownTasksOfContact(z, contactEmail, criteria, deadline);
  }
  const statuses = statusesOf(criteria.status);
  const lists = await Promise.all(
    statuses.map((status) => newest(z, status === undefined ? criteria : { ...criteria, status }, deadline)),
  );
  const matching = [...new Map(lists.flatMap(({ tasks }) => tasks).map((task) => [task.id, task])).values()].sort(
    byBestMatch,
  );
  const isWhole = lists.every(({ hasMore }) => !hasMore);
  const found =
    contactEmail === undefined
      ? matching
      : await tasksOfContact(z, { tasks: matching, isWhole }, contactEmail, deadline);
  return found.slice(0, maxFound);
};
