import type { ZObject } from 'zapier-platform-core';
import type { ListedTask, TaskListPage } from '../../contract/task-list.ts';
import type { Deadline } from '../deadline.ts';
import { webhookServerUrl } from '../environment.ts';
import { listKnownTasks, type TaskListQuery } from '../webhook-server/webhook-server-api.ts';
import { halted } from '../zapier-error.ts';
import { lookTimeoutMs, refuseUncertain, refuseUnread } from './refuse-uncertain.ts';

/** As many as one request may bring. */
const pageSize = 100;

/** A contact has a handful of tasks; whoever has more than this is no contact. */
const maxPages = 10;

/** A contact by e-mail, and whose tasks about them are meant; everybody's where `assigneeId` is undefined. */
export type ContactQuery = { email: string; assigneeId: string | undefined };

/** Open tasks about a contact, those that have waited longest first. `isWhole`: there are no more. */
export type TasksOfContact = { listed: ListedTask[]; isWhole: boolean };

const requireServer = (): void => {
  if (webhookServerUrl() !== undefined) return;
  throw halted(
    'This action needs the webhook server of this integration, which is not set up: only it knows which tasks a contact ' +
      'has, so nothing was changed. The owner of the integration must set WEBHOOK_SERVER_URL. “Reassign Task” and “Hand ' +
      'Over Tasks” work without it.',
  );
};

/**
 * The open tasks about everybody with this e-mail, as the webhook server knows them after a look at Topo; none only where
 * it is certain that there are none.
 *
 * @throws HaltedError or ThrottledError with a sentence where it is not, and without a webhook server.
 */
export const listTasksOfContact = async (
  z: ZObject,
  { email, assigneeId }: ContactQuery,
  deadline: Deadline,
): Promise<TasksOfContact> => {
  requireServer();
  const readPage = (part: TaskListQuery): Promise<TaskListPage> => {
    const assignee = assigneeId === undefined ? undefined : [assigneeId];
    const query = { limit: [String(pageSize)], contact_email: [email], assignee, ...part };
    return listKnownTasks(z, query, Math.min(lookTimeoutMs, deadline.remainingMs()));
  };

  let page = await readPage({ look: ['first'] });
  refuseUnread(page);
  const pages = [page];
  while (page.next !== null && pages.length < maxPages) {
    page = await readPage({ look: ['never'], after: [page.next] });
    pages.push(page);
  }
  // The server lists the newest first.
  const listed = pages.flatMap(({ items }) => items).reverse();
  const are_facts_complete = pages.every((one) => one.are_facts_complete);
  if (listed.length === 0) refuseUncertain({ ...page, are_facts_complete }, true);
  return { listed, isWhole: are_facts_complete && page.next === null };
};
