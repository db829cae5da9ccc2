import type { ZObject } from 'zapier-platform-core';
import { openStatuses } from '../../topo/is-open.ts';
import { largestPage } from '../../topo/list.ts';
import { listTasks, type TaskQuery } from '../../topo/list-tasks.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { callTopo } from '../request/call-topo.ts';

/** Which open tasks: of a person, of types, of priorities or of templates. */
export type OpenTaskQuery = Pick<
  TaskQuery,
  'types' | 'priorities' | 'sequenceTemplateIds' | 'assigneeId' | 'sortOrder'
>;

/**
 * The first matching open tasks, and how many match in all; `total` may count a task twice that changes its status, and
 * counts the tasks that Topo returns malformed. `unusableIds` are the ids of those, as far as they were met and have one.
 */
export type OpenTasks = { tasks: Task[]; total: number; unusableIds: string[] };

/** When rows move between pages during a read, the list is read again, at most this many times. */
const maxPasses = 10;

const createdAt = ({ created_at }: Task): number => microseconds(created_at);

type CompareTasks = (one: Task, other: Task) => number;

const compareBy = (sortOrder: 'asc' | 'desc'): CompareTasks => {
  const direction = sortOrder === 'desc' ? -1 : 1;
  return (one, other) => direction * (createdAt(one) - createdAt(other));
};

type StatusList = { found: Map<string, Task>; total: number; unusableIds: ReadonlySet<string> };

const listOfStatus = async (
  z: ZObject,
  query: TaskQuery & { sortOrder: 'asc' | 'desc' },
  count: number,
  deadline: Deadline,
): Promise<StatusList> => {
  const compare = compareBy(query.sortOrder);
  const found = new Map<string, Task>();
  const unusableIds = new Set<string>();

  /** Whether `count` tasks come strictly before the last row: then the order of equal rows no longer matters. */
  const isEnough = (last: Task): boolean => {
    let before = 0;
    for (const task of found.values()) if (compare(task, last) < 0) before += 1;
    return before >= count;
  };

  const readPages = async (): Promise<{ rows: number; total: number }> => {
    for (let page = 1, rows = 0; ; page += 1) {
      const call = listTasks({ ...query, page, size: largestPage, sortBy: 'created_at' });
      const { items, unusable, total_count: total, has_more } = await callTopo(z, call, { deadline });
      for (const task of items) found.set(task.id, task);
      for (const { id } of unusable) if (id !== null) unusableIds.add(id);
      rows += items.length;
      const last = items.at(-1);
      const isEnd = !has_more || items.length + unusable.length === 0;
      if (isEnd || (last !== undefined && isEnough(last))) return { rows, total };
    }
  };

  for (let pass = 1; ; pass += 1) {
    const { rows, total } = await readPages();
    // Tasks created at the same moment may change their order between requests: a row seen twice hides another one.
    if (found.size >= rows || pass === maxPasses) return { found, total, unusableIds };
  }
};

/**
 * The first `count` open tasks by creation time, newest first unless the query says otherwise. Topo's filter takes one
 * status, so each open status is read separately and the lists are merged; a task that changes its status meanwhile
 * appears once.
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
    unusableIds: lists.flatMap((list) => [...list.unusableIds]),
  };
};
