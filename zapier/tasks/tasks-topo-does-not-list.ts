import type { ZObject } from 'zapier-platform-core';
import { unassigned } from '../../contract/task-list.ts';
import type { Deadline } from '../deadline.ts';
import { webhookServerUrl } from '../environment.ts';
import { listKnownTasks, type TaskListQuery } from '../webhook-server/webhook-server-api.ts';
import { halted } from '../zapier-error.ts';
import { refuseUncertain } from './refuse-uncertain.ts';
import type { TaskFilters } from './task-filters.ts';

/** The server may have to catch up with Topo first, which takes it up to 10 s. */
const listTimeoutMs = 12_000;

/** Statuses that Topo does not document are rare: a run does not wait long for them. */
const optionalTimeoutMs = 2_000;

/** As many as one request may bring, and so many requests. */
const pageSize = 100;
const maxPages = 20;

const noServer = (): Error =>
  halted(
    'To hand over the tasks of nobody needs the webhook server of this integration, which is not set up, because Topo does ' +
      'not list them. Map the tasks into the field “Tasks” instead. Nothing was changed.',
  );

const tooMany = (): Error =>
  halted(
    `More than ${(maxPages * pageSize).toLocaleString('en')} open tasks belong to nobody. Choose types, priorities or ` +
      'templates, so that there are fewer. Nothing was changed.',
  );

/**
 * The ids of all open tasks that nobody has, longest waiting first, as the webhook server knows them.
 *
 * @throws HaltedError or ThrottledError with a sentence when there is no server, or it does not know all of them.
 */
export const listUnassigned = async (
  z: ZObject,
  { types, priorities, sequenceTemplateIds }: TaskFilters,
  deadline: Deadline,
): Promise<string[]> => {
  if (webhookServerUrl() === undefined) throw noServer();
  const query = {
    types,
    priorities,
    templates: sequenceTemplateIds,
    assignee: [unassigned],
    limit: [String(pageSize)],
  };
  const ids: string[] = [];
  let after: string | null = null;
  for (let page = 1; page <= maxPages; page += 1) {
    const timeoutMs = Math.max(1, Math.min(listTimeoutMs, deadline.remainingMs()));
    const asked = after === null ? { ...query, look: ['first'] } : { ...query, after: [after], look: ['never'] };
    const list = await listKnownTasks(z, asked, timeoutMs);
    refuseUncertain(list, sequenceTemplateIds !== undefined);
    ids.push(...list.items.map(({ task }) => task.id));
    after = list.next;
    if (after === null) return ids.toReversed();
  }
  throw tooMany();
};

/**
 * The ids of a person's open tasks in statuses that Topo does not document, and by which it may not let us list, as far as
 * the webhook server knows them; none without a server. Tasks beyond the first hundred are left for another run.
 */
export const listInOtherStatuses = async (
  z: ZObject,
  assigneeId: string,
  { types, priorities, sequenceTemplateIds }: TaskFilters,
  deadline: Deadline,
): Promise<string[]> => {
  const ask = (query: TaskListQuery) =>
    listKnownTasks(z, { ...query, look: ['never'] }, Math.max(1, Math.min(optionalTimeoutMs, deadline.remainingMs())));
  try {
    if (webhookServerUrl() === undefined) return [];
    const { other_open_statuses: statuses } = await ask({ limit: ['1'] });
    if (statuses.length === 0) return [];
    const query = { types, priorities, templates: sequenceTemplateIds, assignee: [assigneeId], statuses };
    const { items } = await ask({ ...query, limit: [String(pageSize)] });
    return items.map(({ task }) => task.id).toReversed();
  } catch (error) {
    z.console.warn(
      `Only tasks in documented statuses are listed, as the webhook server tells no others: ${String(error)}`,
    );
    return [];
  }
};
