import type { ZObject } from 'zapier-platform-core';
import { type ListedTask, unassigned } from '../../contract/task-list.ts';
import { Task } from '../../topo/task.ts';
import { webhookServerUrl } from '../environment.ts';
import { listKnownTasks, oneOrNone } from '../webhook-server/webhook-server-api.ts';
import { halted } from '../zapier-error.ts';
import { isCertain, refuseUnread } from './refuse-uncertain.ts';
import type { TaskFilters } from './task-filters.ts';

/** A list that is slower than this comes from Topo. */
const timeoutMs = 8_000;

/** As many as one request may bring. */
const knownPageSize = 100;

export type KnownTask = Omit<ListedTask, 'task'> & { task: Task };

/** Which tasks a dropdown shows: also those of a person, or `unassigned`, and those about a contact. */
export type ListFilters = TaskFilters & { assigneeId?: string; contactEmail?: string };

/** Topo’s list tells neither whom tasks are about nor which of them nobody has. */
const needsServer = ({ assigneeId, contactEmail }: ListFilters): boolean =>
  contactEmail !== undefined || assigneeId === unassigned;

const noServer = (): Error =>
  halted(
    'To list the tasks of a contact, or of nobody, needs the webhook server of this integration, which is not set up. ' +
      'Empty those fields to see all tasks.',
  );

/**
 * A page of the open tasks as the webhook server knows them, newest first; pages count from 0. Nothing when there is no
 * server, or when it does not know all of them: then Topo has to be asked.
 *
 * @throws an error with a sentence in such a case when Topo could not tell either.
 */
export const readKnownTasks = async (
  z: ZObject,
  filters: ListFilters,
  page: number,
): Promise<KnownTask[] | undefined> => {
  const { types, priorities, sequenceTemplateIds, assigneeId, contactEmail } = filters;
  const isNeeded = needsServer(filters);
  try {
    if (webhookServerUrl() === undefined) {
      if (isNeeded) throw noServer();
      return undefined;
    }
    const list = await listKnownTasks(
      z,
      {
        types,
        priorities,
        templates: sequenceTemplateIds,
        assignee: oneOrNone(assigneeId),
        contact_email: oneOrNone(contactEmail),
        limit: [String(knownPageSize)],
        page: [String(page)],
        look: ['never'],
      },
      timeoutMs,
    );
    if (isNeeded) refuseUnread(list);
    if (!isCertain(list)) return undefined;
    return list.items.flatMap((listed) => {
      const task = Task.safeParse(listed.task);
      return task.success ? [{ ...listed, task: task.data }] : [];
    });
  } catch (error) {
    if (isNeeded) throw error;
    z.console.warn(`The list of tasks comes from Topo, because the webhook server gave none: ${String(error)}`);
    return undefined;
  }
};
