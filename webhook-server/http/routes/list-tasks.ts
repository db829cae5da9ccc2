import type { RequestHandler } from 'express';
import * as z from 'zod';
import { mayReadContacts } from '../../../contract/task-facts.ts';
import { type TaskListPage, unassigned } from '../../../contract/task-list.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { Freshness, TaskListing, TaskPosition, TaskSearch } from '../../store/tenant-store.ts';
import { type Authenticate, type Caller, requireScope } from '../authentication/authenticate.ts';
import { catchUp, type Wait } from '../catch-up.ts';
import { HttpError } from '../errors/http-error.ts';
import { noteAsked } from '../note-asked.ts';
import { listed, pageQuery } from '../page-query.ts';
import { parseRequest } from '../validate-request.ts';

/** Asks Topo for the ids of the contacts with this e-mail address; nothing when Topo does not answer in time. */
export type FindContacts = (key: Secret, email: string) => Promise<readonly string[] | undefined>;

type Ports = {
  authenticate: Authenticate;
  findContacts: FindContacts;
  wait: Wait;
};

/** A model that is older than this was paused, and catches up before it answers. */
const pausedAfterMs = 2 * 60_000;
export const catchUpMs = 10_000;

/** Before “there is none” is answered, Topo is looked at once more. */
const lookOnceMoreMs = 5_000;

const texts = (most: number) => listed(z.array(z.string().trim().min(1).max(100)).min(1).max(most));

const position = z
  .string()
  .regex(/^\d{1,16}-.{1,100}$/, { error: 'Send the “next” of a page.' })
  .transform((text): TaskPosition => {
    const border = text.indexOf('-');
    return { createdAtUs: Number(text.slice(0, border)), taskId: text.slice(border + 1) };
  });

/** Counts from 0. */
const page = z
  .string()
  .regex(/^\d{1,3}$/, { error: 'Expected a number from 0 to 200.', abort: true })
  .transform(Number)
  .refine((given) => given <= 200, { error: 'Expected a number from 0 to 200.' });

export const Query = z.strictObject({
  limit: pageQuery.limit,
  after: position.optional(),
  contact_email: z.string().trim().min(1).max(320).optional(),
  q: z.string().trim().min(1).max(200).optional(),
  assignee: texts(100),
  types: texts(50),
  priorities: texts(50),
  templates: texts(100),
  statuses: texts(50),
  ids: texts(100),
  sequences: texts(100),
  page: page.optional(),
  created_after: z.iso
    .datetime({ offset: true, error: 'Expected a date and time, such as 2026-03-02T09:00:00Z.' })
    .optional(),
  look: z.enum(['first', 'if_empty', 'never'], { error: 'Expected first, if_empty, never, or nothing.' }).optional(),
});

const lowered = (ids: readonly string[]): string[] => ids.map((id) => id.toLowerCase());

const searchOf = (query: z.output<typeof Query>, scopes: readonly string[]): TaskSearch => {
  const { limit, after, contact_email, q, assignee, types, priorities, templates, statuses, created_after } = query;
  const isNobody = (id: string) => id === unassigned;
  return {
    limit,
    scopes,
    after,
    skip: (query.page ?? 0) * limit,
    taskIds: query.ids,
    sequenceIds: query.sequences,
    assignees: assignee && {
      userIds: lowered(assignee.filter((id) => !isNobody(id))),
      nobody: assignee.some(isNobody),
    },
    types,
    priorities,
    statuses,
    templateIds: templates && lowered(templates),
    createdAfterUs: created_after === undefined ? undefined : Date.parse(created_after) * 1000,
    contactEmail: contact_email,
    text: q,
  };
};

/** Whether Topo was looked at not long ago. */
export const isCurrent = ({ readAtMs, nowMs }: Freshness): boolean =>
  readAtMs !== null && nowMs - readAtMs <= pausedAfterMs;

const viewOf = (
  { tasks, next }: TaskListing,
  { readAtMs, isComplete, progress, ...freshness }: Freshness,
  known: Pick<TaskListPage, 'are_facts_complete' | 'other_open_statuses'>,
): TaskListPage => ({
  items: tasks,
  next: next === null ? null : `${next.createdAtUs}-${next.taskId}`,
  as_of: readAtMs === null ? null : new Date(readAtMs).toISOString(),
  is_current: isCurrent({ readAtMs, isComplete, progress, ...freshness }),
  is_complete: isComplete,
  ...known,
  progress: isComplete || progress === null ? null : { rows_read: progress.rowsRead, total_rows: progress.totalRows },
});

/** A key that may not read what tasks are about gets a sentence, not an answer that might be wrong. */
const requireScopes = (scopes: readonly string[], { contact_email, q, templates }: z.output<typeof Query>): void => {
  if (contact_email !== undefined || q !== undefined || templates !== undefined) requireScope(scopes, 'sequences:read');
  if (contact_email !== undefined || q !== undefined) requireScope(scopes, 'contacts:read');
};

/** @throws HttpError 503 while Topo refuses the key that the workspace is read with. */
export const refuseRevoked = ({ isKeyRefused }: Freshness): void => {
  if (!isKeyRefused) return;
  throw new HttpError(
    503,
    'topo_unavailable',
    'Topo refuses the key that this workspace is read with. Try again in a moment: your key takes its place.',
    { retryAfterSeconds: 10 },
  );
};

/**
 * `GET /tasks`: the workspace's tasks as Topo last showed them, newest first, with what they are about; the open ones
 * unless `statuses` names others. A workspace that nobody has read for a while is read first. With `look=first` Topo is
 * looked at once more in any case, with `look=if_empty` before an empty list is answered, with `look=never` what is known is answered at once.
 */
export const listTasks = ({ authenticate, findContacts, wait }: Ports): RequestHandler => {
  const lookOnceMore = async (
    { store, sealKey, key }: Caller,
    search: TaskSearch,
    askedAtMs: number,
    isWanted: () => boolean,
  ): Promise<{ listing: TaskListing; freshness: Freshness }> => {
    const isEnough = ({ readAtMs, isComplete }: Freshness) => isComplete && readAtMs !== null && readAtMs >= askedAtMs;
    const email = search.contactEmail;
    const [freshness, contactIds] = await Promise.all([
      catchUp(store, sealKey(), { isEnough, patienceMs: lookOnceMoreMs, isWanted, wait }),
      email === undefined ? undefined : findContacts(key, email),
    ]);
    const listing = await store.tasks({ ...search, contactIds: contactIds && [...contactIds] });
    return { listing, freshness };
  };

  return async (request, response) => {
    const caller = await authenticate(request, 'tasks:read');
    const { store, sealKey, isRemembered, scopes } = caller;
    const query = parseRequest(Query, request.query);
    requireScopes(scopes, query);
    const isWanted = () => !response.closed;
    const asked = await noteAsked(caller);
    const isPatient = query.look !== 'never' && !isRemembered;
    const isRead = (read: Freshness) => read.isComplete && isCurrent(read);
    const isNew = (read: Freshness) => isRead(read) && read.readAtMs !== null && read.readAtMs >= asked.nowMs;
    const isEnough = query.look === 'first' ? isNew : isRead;
    const patienceMs = isRead(asked) ? lookOnceMoreMs : catchUpMs;
    let freshness =
      isEnough(asked) || !isPatient ? asked : await catchUp(store, sealKey(), { isEnough, patienceMs, isWanted, wait });
    if (query.look !== 'never') refuseRevoked(freshness);

    const search = { ...searchOf(query, scopes), isWanted };
    let listing = await store.tasks(search);
    const isFirstPage = query.after === undefined;
    const looksAgain = isPatient && (query.look === 'if_empty' || query.look === 'first');
    if (listing.tasks.length === 0 && isFirstPage && looksAgain && isRead(freshness)) {
      ({ listing, freshness } = await lookOnceMore(caller, search, asked.nowMs, isWanted));
    }
    const known = {
      are_facts_complete: mayReadContacts(scopes) && (await store.areFactsComplete()),
      other_open_statuses: await store.otherOpenStatuses(),
    };
    response.json(viewOf(listing, freshness, known));
  };
};
