import type { RequestHandler } from 'express';
import * as z from 'zod';
import { eventForKey } from '../../../contract/event-for-key.ts';
import type { Authenticate } from '../../http/authentication/authenticate.ts';
import { HttpError } from '../../http/errors/http-error.ts';
import { parseRequest } from '../../http/validate-request.ts';
import { assetUrl } from '../assets.ts';
import { EventFilterForm, eventFilters, queryOf } from '../event-filters.tsx';
import { EventItem } from '../event-item.tsx';
import { Layout } from '../layout.tsx';
import { hrefOf, optional, someId } from '../query.ts';
import { sendPage } from '../send-page.ts';

const Query = z.object({ ...eventFilters, before: optional(someId) });

const perPage = 50;
const mostOffered = 200;

/** `GET /dashboard/events`: what happened, newest first. On its first page what happens now comes by itself. */
export const showEvents =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store, scopes } = await authenticate(request, 'tasks:read');
    const { before, ...filters } = parseRequest(Query, request.query);
    const isWanted = () => !response.closed;
    const page = await store.events({ ...queryOf(filters), limit: perPage, before, isWanted });
    if (page === undefined) {
      throw new HttpError(404, 'not_found', 'These events are not kept any more. Begin with the newest.');
    }
    const people = await store.people({ limit: mostOffered });
    const events = page.items.map((event) => eventForKey(scopes, event));
    const isFiltered = Object.values(filters).some((filter) => filter !== undefined);
    const next = page.next ?? events.at(-1)?.id;
    sendPage(
      response,
      <Layout title="Events" viewer="workspace" current="events">
        <EventFilterForm filters={filters} people={people} />
        {before === undefined && (
          <label class="live">
            <input
              type="checkbox"
              checked
              data-live="events"
              data-stream={hrefOf('events-stream', filters)}
              data-newest={events[0]?.id ?? ''}
            />
            Show new events as they happen
          </label>
        )}
        {events.length === 0 && (
          <p data-empty>
            {isFiltered
              ? 'No event fits these filters. Choose others.'
              : 'Nothing has happened since a Zap began to listen. Reassign a task in Topo, and it appears here.'}
          </p>
        )}
        <ol id="events" class="events" aria-live="polite" aria-relevant="additions">
          {events.map((event) => (
            <EventItem key={event.id} event={event} />
          ))}
        </ol>
        {page.has_more && next !== undefined && (
          <p>
            <a href={hrefOf('events', { ...filters, before: next })}>Older events</a>
          </p>
        )}
        <script src={assetUrl('live.js')} defer />
      </Layout>,
    );
  };
