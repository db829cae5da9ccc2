import type { ZObject } from 'zapier-platform-core';
import type { ListedTask } from '../../contract/task-list.ts';
import { Task } from '../../topo/task.ts';
import { webhookServerUrl } from '../environment.ts';
import { listKnownTasks } from '../webhook-server/webhook-server-api.ts';
import type { TaskFilters } from './task-filters.ts';

/** A list that is slower than this comes from Topo. */
const timeoutMs = 8_000;

/** As many as one request may bring. */
const knownPageSize = 100;

export type KnownTask = Omit<ListedTask, 'task'> & { task: Task };

/**
 * A page of the open tasks as the webhook server knows them, newest first; pages count from 0. Nothing when there is no
 * server, or when it does not know all of them: then Topo has to be asked.
 */
export const readKnownTasks = async (
  z: ZObject,
  { types, priorities, sequenceTemplateIds }: TaskFilters,
  page: number,
): Promise<KnownTask[] | undefined> => {
  if (webhookServerUrl() === undefined) return undefined;
  try {
    const query = { types, priorities, templates: sequenceTemplateIds };
    const list = await listKnownTasks(
      z,
      { ...query, limit: [String(knownPageSize)], page: [String(page)], look: ['never'] },
      timeoutMs,
    );
    if (!list.is_complete || !list.is_current) return undefined;
    return list.items.flatMap((listed) => {
      const task = Task.safeParse(listed.task);
      return task.success ? [{ ...listed, task: task.data }] : [];
    });
  } catch (error) {
    z.console.warn(`The list of tasks comes from Topo, because the webhook server gave none: ${String(error)}`);
    return undefined;
  }
};
