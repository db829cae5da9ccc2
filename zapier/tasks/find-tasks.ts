import type { ZObject } from 'zapier-platform-core';
import { unknownFacts } from '../../contract/task-facts.ts';
import { unassigned } from '../../contract/task-list.ts';
import { isOpen, openStatuses } from '../../topo/is-open.ts';
import { largestPage } from '../../topo/list.ts';
import { listTasks } from '../../topo/list-tasks.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { callTopo } from '../request/call-topo.ts';
import { halted } from '../zapier-error.ts';
import { type FoundTask, findKnownTasks } from './find-known-tasks.ts';
import { isAssignedTo } from './read-before-reassigning.ts';
import { anyOpen, type TaskCriteria } from './task-criteria.ts';

/** Nobody needs more: Zapier uses the first. */
const maxFound = 20;

/** A run has time, and Topo patience, for so many pages of each list. */
const maxPages = 10;

const createdAt = ({ created_at }: Task): number => microseconds(created_at);

const byBestMatch = (one: Task, other: Task): number =>
  Number(isOpen(other)) - Number(isOpen(one)) || createdAt(other) - createdAt(one);

/** A list of all statuses may start with a hundred closed tasks, so the open ones are fetched separately. */
const statusesOf = (status: string | undefined): (string | undefined)[] => {
  if (status === undefined) return [undefined, ...openStatuses];
  return status === anyOpen ? [...openStatuses] : [status];
};

const notAllSeen = (): Error =>
  halted(
    `No such task is among the newest ${maxPages * largestPage}, and there are more. Make the search narrower: choose a ` +
      'type, a status or a template; or have the owner of the integration run its webhook server, which knows all of them.',
  );

/**
 * The newest tasks of one status, or of all. Topo has no filter for tasks of nobody, and that by date is not documented, so
 * these are filtered here: a page that is left with nothing is followed by the next.
 *
 * @throws HaltedError when none was found and there may be one.
 */
const newest = async (
  z: ZObject,
  { createdAfterUs = Number.NEGATIVE_INFINITY, assigneeId, ...criteria }: TaskCriteria,
  deadline: Deadline,
): Promise<Task[]> => {
  const isNobodys = assigneeId === unassigned;
  const query = assigneeId === undefined || isNobodys ? criteria : { ...criteria, assigneeId };
  for (let page = 1; page <= maxPages; page += 1) {
    const call = listTasks({ ...query, page, size: largestPage, sortBy: 'created_at', sortOrder: 'desc' });
    const { items, has_more } = await callTopo(z, call, { deadline });
    const young = items.filter((task) => createdAt(task) > createdAfterUs);
    const fitting = isNobodys ? young.filter((task) => isAssignedTo(task, unassigned)) : young;
    if (fitting.length > 0 || !has_more || young.length < items.length) return fitting;
  }
  throw notAllSeen();
};

/** Without knowing what tasks are about, Topo's lists tell which of them match. */
const findInTopo = async (z: ZObject, criteria: TaskCriteria, deadline: Deadline): Promise<FoundTask[]> => {
  const { status: wanted, ...others } = criteria;
  const lists = await Promise.all(
    statusesOf(wanted).map((status) => newest(z, status === undefined ? others : { ...others, status }, deadline)),
  );
  const tasks = new Map(lists.flat().map((task) => [task.id, task]));
  const best = [...tasks.values()].sort(byBestMatch).slice(0, maxFound);
  return best.map((task) => ({ task, facts: unknownFacts }));
};

/**
 * The matching tasks, best first: open before closed, newer before older. At most twenty, possibly none. The webhook server
 * knows them; where there is none, or it does not know all of them yet, Topo is asked.
 *
 * @throws HaltedError or ThrottledError where nobody can say that there is none.
 */
export const findTasks = async (z: ZObject, criteria: TaskCriteria, deadline: Deadline): Promise<FoundTask[]> =>
  (await findKnownTasks(z, criteria, deadline)) ?? findInTopo(z, criteria, deadline);
