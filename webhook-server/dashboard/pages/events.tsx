import type { RequestHandler } from 'express';
import * as z from 'zod';
import { eventForKey } from '../../../contract/event-for-key.ts';
import type { Authenticate } from '../../http/authentication/authenticate.ts';
import { HttpError } from '../../http/errors/http-error.ts';
import { parseRequest } from '../../http/validate-request.ts';
import type { FoundEvents } from '../../store/tenant-store.ts';
import { assetUrl } from '../assets.ts';
import { EventFilterForm, eventFilters, queryOf } from '../event-filters.tsx';
import { EventItem } from '../event-item.tsx';
import { Layout } from '../layout.tsx';
import { hrefOf, optional, someId } from '../query.ts';
import { sendPage } from '../send-page.ts';
import { Time } from '../time.tsx';

const Query = z.object({ ...eventFilters, before: optional(someId) });

const perPage = 50;
const mostOffered = 200;

/** A page looks back this far, so that it answers soon although nothing fits; the next one goes on from there. */
const mostLookedAt = 10_000;

type OlderProps = { found: FoundEvents; filters: Record<string, string | undefined> };

const Older = ({ found: { items, has_more, next, lookedBackToMs }, filters }: OlderProps) => {
  const before = next ?? items.at(-1)?.id;
  if (!has_more || before === undefined) return null;
  const href = hrefOf('events', { ...filters, before });
  if (lookedBackToMs === undefined) {
    return (
      <p>
        <a href={href}>Older events</a>
      </p>
    );
  }
  return (
    <p data-looked-back>
      Looked back to <Time ms={lookedBackToMs} />. <a href={href}>Look further back</a>
    </p>
  );
};

const nothingFound = (found: FoundEvents, isFiltered: boolean): string => {
  if (found.has_more) return 'Nothing that fits these filters was found yet.';
  return isFiltered
    ? 'No event fits these filters. Choose others.'
    : 'Nothing has happened since a Zap began to listen. Reassign a task in Topo, and it appears here.';
};

/** `GET /dashboard/events`: what happened, newest first. On its first page what happens now comes by itself. */
export const showEvents =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store, scopes } = await authenticate(request, 'tasks:read');
    const { before, ...filters } = parseRequest(Query, request.query);
    const isWanted = () => !response.closed;
    const page = await store.events({ ...queryOf(filters), limit: perPage, before, mostLookedAt, isWanted });
    if (page === undefined) {
      throw new HttpError(404, 'not_found', 'These events are not kept any more. Begin with the newest.');
    }
    const people = await store.people({ limit: mostOffered });
    const events = page.items.map((event) => eventForKey(scopes, event));
    const isFiltered = Object.values(filters).some((filter) => filter !== undefined);
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
        {events.length === 0 && <p data-empty>{nothingFound(page, isFiltered)}</p>}
        <ol id="events" class="events" aria-live="polite" aria-relevant="additions">
          {events.map((event) => (
            <EventItem key={event.id} event={event} />
          ))}
        </ol>
        <Older found={page} filters={filters} />
        <script src={assetUrl('live.js')} defer />
      </Layout>,
    );
  };
