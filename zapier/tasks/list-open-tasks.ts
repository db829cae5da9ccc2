import type { ZObject } from 'zapier-platform-core';
import { openStatuses } from '../../topo/is-open.ts';
import { largestPage } from '../../topo/list.ts';
import { listTasks, type TaskQuery } from '../../topo/list-tasks.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { callTopo } from '../request/call-topo.ts';

/** Which open tasks: those of a person, types, priorities or templates. */
export type OpenTaskQuery = Pick<
  TaskQuery,
  'types' | 'priorities' | 'sequenceTemplateIds' | 'assigneeId' | 'sortOrder'
>;

/** The first open tasks that fit, and how many fit in all; `total` may count a task twice that changes its status. */
export type OpenTasks = { tasks: Task[]; total: number };

/** A list whose rows move from page to page while it is read is read again, and so often at the most. */
const maxPasses = 10;

const createdAt = ({ created_at }: Task): number => microseconds(created_at);

type CompareTasks = (one: Task, other: Task) => number;

const compareBy = (sortOrder: 'asc' | 'desc'): CompareTasks => {
  const direction = sortOrder === 'desc' ? -1 : 1;
  return (one, other) => direction * (createdAt(one) - createdAt(other));
};

type Listed = { found: Map<string, Task>; total: number };

const listOfStatus = async (
  z: ZObject,
  query: TaskQuery & { sortOrder: 'asc' | 'desc' },
  count: number,
  deadline: Deadline,
): Promise<Listed> => {
  const compare = compareBy(query.sortOrder);
  const found = new Map<string, Task>();

  /** Whether so many tasks stand before the last row that no other order of equal ones could change which they are. */
  const isEnough = (last: Task): boolean => {
    let before = 0;
    for (const task of found.values()) if (compare(task, last) < 0) before += 1;
    return before >= count;
  };

  const readPages = async (): Promise<{ rows: number; total: number }> => {
    for (let page = 1, rows = 0; ; page += 1) {
      const call = listTasks({ ...query, page, size: largestPage, sortBy: 'created_at' });
      const { items, total_count: total, has_more } = await callTopo(z, call, { deadline });
      for (const task of items) found.set(task.id, task);
      rows += items.length;
      const last = items.at(-1);
      if (!has_more || last === undefined || isEnough(last)) return { rows, total };
    }
  };

  for (let pass = 1; ; pass += 1) {
    const { rows, total } = await readPages();
    // Tasks of one moment may stand in another order at each request: what came twice took the place of another.
    if (found.size >= rows || pass === maxPasses) return { found, total };
  }
};

/**
 * The first `count` open tasks by the time of their creation, newest first unless the query says otherwise. Topo's filter
 * takes one status, so each open status is read by itself and the lists are merged; a task that changes its status
 * meanwhile is answered once.
 */
export const listOpenTasks = async (
  z: ZObject,
  { sortOrder = 'desc', ...query }: OpenTaskQuery,
  count: number,
  deadline: Deadline,
): Promise<OpenTasks> => {
  const lists = await Promise.all(
    openStatuses.map((status) => listOfStatus(z, { ...query, status, sortOrder }, count, deadline)),
  );
  const compare = compareBy(sortOrder);
  const tasks = new Map(lists.flatMap(({ found }) => [...found]));
  return {
    tasks: [...tasks.values()]
      .sort((one, other) => compare(one, other) || (one.id < other.id ? -1 : 1))
      .slice(0, count),
    total: lists.reduce((sum, { total }) => sum + total, 0),
  };
};
