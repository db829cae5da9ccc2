import type { ZObject } from 'zapier-platform-core';
import { largestPage } from '../../topo/list.ts';
import { listTasks, type TaskQuery } from '../../topo/list-tasks.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Task } from '../../topo/task.ts';
import { callTopo } from '../call-topo.ts';
import type { Deadline } from '../deadline.ts';
import { openStatuses } from './is-open.ts';

/** Which open tasks: those of a person, types, priorities or templates. */
export type OpenTaskQuery = Pick<
  TaskQuery,
  'types' | 'priorities' | 'sequenceTemplateIds' | 'assigneeId' | 'sortOrder'
>;

/** The first open tasks that fit, and how many fit in all; `total` may count a task twice that changes its status. */
export type OpenTasks = { tasks: Task[]; total: number };

const createdAt = ({ created_at }: Task): number => microseconds(created_at);

type Listed = { tasks: Task[]; total: number };

const listOfStatus = async (z: ZObject, query: TaskQuery, count: number, deadline: Deadline): Promise<Listed> => {
  const tasks: Task[] = [];
  for (let page = 1; ; page += 1) {
    const { items, total_count, has_more } = await callTopo(z, listTasks({ ...query, page, size: largestPage }), {
      deadline,
    });
    tasks.push(...items);
    if (!has_more || items.length === 0 || tasks.length >= count) return { tasks, total: total_count };
  }
};

/**
 * The first `count` open tasks by the time of their creation, newest first unless the query says otherwise. Topo's filter
 * takes one status, so each open status is read by itself and the lists are merged; a task that changes its status
 * meanwhile is answered once.
 */
export const listOpenTasks = async (
  z: ZObject,
  query: OpenTaskQuery,
  count: number,
  deadline: Deadline,
): Promise<OpenTasks> => {
  const { sortOrder = 'desc' } = query;
  const lists = await Promise.all(
    openStatuses.map((status) =>
      listOfStatus(z, { ...query, status, sortBy: 'created_at', sortOrder }, count, deadline),
    ),
  );
  const direction = sortOrder === 'desc' ? -1 : 1;
  const tasks = new Map(lists.flatMap((list) => list.tasks).map((task) => [task.id, task]));
  return {
    tasks: [...tasks.values()]
      .sort((one, other) => direction * (createdAt(one) - createdAt(other)) || (one.id < other.id ? -1 : 1))
      .slice(0, count),
    total: lists.reduce((sum, { total }) => sum + total, 0),
  };
};
