import type { ZObject } from 'zapier-platform-core';
import { largestPage } from '../../topo/list.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { listOpenTasks } from '../tasks/list-open-tasks.ts';

/** How many of the newest open tasks each person holds, by id in lower case, and whether these are all the open tasks. */
export type Holders = { held: ReadonlyMap<string, number>; isComplete: boolean };

/** A dropdown must open within seconds: so many of the newest open tasks are looked at. */
const mostTasks = 3 * largestPage;

const countByHolder = (tasks: readonly Task[]): Map<string, number> => {
  const held = new Map<string, number>();
  for (const { assignee_user_id } of tasks) {
    const id = assignee_user_id?.toLowerCase();
    if (id !== undefined) held.set(id, (held.get(id) ?? 0) + 1);
  }
  return held;
};

/** Topo lists no users, so people are found by the tasks that they hold. */
export const listHolders = async (z: ZObject, deadline: Deadline): Promise<Holders> => {
  const { tasks, total } = await listOpenTasks(z, {}, mostTasks, deadline);
  return { held: countByHolder(tasks), isComplete: total <= tasks.length };
};
