import type { ZObject } from 'zapier-platform-core';
import { listTasks } from '../topo/list-tasks.ts';
import type { Task, taskStatuses } from '../topo/task.ts';
import { callTopo } from './call-topo.ts';

const openStatuses = ['PENDING', 'IN_PROGRESS'] as const satisfies readonly (typeof taskStatuses)[number][];

export type OpenTasks = { tasks: Task[]; hasMore: boolean };

/**
 * One page of the open tasks, newest first. Topo's filter takes one status, so this is two requests, and up to
 * `2 × size` tasks. A task that changes its status meanwhile may be on both pages; it is answered once.
 *
 * @param page counts from 1.
 */
export const fetchOpenTasks = async (z: ZObject, page: number, size: number): Promise<OpenTasks> => {
  const pages = await Promise.all(
    openStatuses.map((status) =>
      callTopo(z, listTasks({ page, size, status, sortBy: 'created_at', sortOrder: 'desc' })),
    ),
  );
  const tasks = new Map(pages.flatMap(({ items }) => items).map((task) => [task.id, task]));
  return {
    tasks: [...tasks.values()].sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at)),
    hasMore: pages.some((each) => each.has_more),
  };
};
