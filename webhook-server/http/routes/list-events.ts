import type { RequestHandler } from 'express';
import * as z from 'zod';
import { type EventPage, EventType, eventTypes, Source } from '../../../contract/event.ts';
import { eventForKey } from '../../../contract/event-for-key.ts';
import { HookFilters } from '../../../contract/hook.ts';
import { userId } from '../../../contract/uuid.ts';
import { type Authenticate, requireScope } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { listed, pageQuery, time } from '../page-query.ts';
import { parseRequest } from '../validate-request.ts';

const { shape: filter } = HookFilters;

export const Query = z.strictObject({
  ...pageQuery,
  since: time.optional(),
  until: time.optional(),
  person: userId.optional(),
  contact: z.string().trim().min(2).max(320).optional(),
  source: Source.optional(),
  type: EventType.optional(),
  events: listed(z.array(EventType).min(1).max(eventTypes.length).optional()),
  new_assignee_ids: listed(filter.new_assignee_ids),
  previous_assignee_ids: listed(filter.previous_assignee_ids),
  task_types: listed(filter.task_types),
  priorities: listed(filter.priorities),
  sequence_template_ids: listed(filter.sequence_template_ids),
  kinds: listed(filter.kinds),
  outcomes: listed(filter.outcomes),
  dispositions: listed(filter.dispositions),
  ignore_sources: listed(filter.ignore_sources),
});

/**
 * `GET /events`: the events of the caller's workspace, newest first, with what their key may read. A call looks through the history in short pieces until
 * its page is full. Once it has looked at 20,000 events it answers what it found, if anything, with `has_more` and `next`. A
 * page is empty only at the end, so a caller that goes on after the last item of each page meets every event once.
 */
export const listEvents =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store, scopes } = await authenticate(request, 'tasks:read');
    const query = parseRequest(Query, request.query);
    if (query.contact !== undefined) {
      requireScope(scopes, 'sequences:read');
      requireScope(scopes, 'contacts:read');
    }
    const page = await store.events({
      isWanted: () => !response.closed,
      limit: query.limit,
      before: query.before,
      sinceMs: query.since,
      untilMs: query.until,
      person: query.person,
      contact: query.contact,
      source: query.source,
      types: query.type === undefined ? query.events : [query.type],
      newAssigneeIds: query.new_assignee_ids,
      previousAssigneeIds: query.previous_assignee_ids,
      taskTypes: query.task_types,
      priorities: query.priorities,
      sequenceTemplateIds: query.sequence_template_ids,
      kinds: query.kinds,
      outcomes: query.outcomes,
      dispositions: query.dispositions,
      ignoreSources: query.ignore_sources,
    });
    if (page === undefined) {
      throw new HttpError(400, 'invalid_request', '“before” names no event. Send the id of the last event of a page.', {
        field: 'before',
      });
    }
    const { items, has_more, next } = page;
    const answer: EventPage = { items: items.map((event) => eventForKey(scopes, event)), has_more };
    response.json(next === undefined ? answer : { ...answer, next });
  };
