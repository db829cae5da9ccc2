import type { Request, RequestHandler, Response } from 'express';
import { renderToString } from 'preact-render-to-string';
import * as z from 'zod';
import type { TaskEvent } from '../../../contract/event.ts';
import { eventForKey } from '../../../contract/event-for-key.ts';
import type { Authenticate, Caller } from '../../http/authentication/authenticate.ts';
import { HttpError } from '../../http/errors/http-error.ts';
import { parseRequest } from '../../http/validate-request.ts';
import { eventFilters, queryOf } from '../event-filters.tsx';
import { EventItem } from '../event-item.tsx';
import { optional, someId } from '../query.ts';

const Query = z.object({ ...eventFilters, after: optional(someId) });
const Resumed = someId.optional().catch(undefined);

/** What is new is among the newest. */
const mostLookedAt = 2_000;

/** Of what happened at once, or while nobody was connected, so many are shown. Older ones are on the page. */
const mostAtOnce = 100;
const mostStreams = 20;

export type StreamTimes = {
  /** Proxies close a connection on which nothing moves; this also finds what was told while a signal was lost. */
  heartbeatMs: number;
  /** The least time between two looks at the store. */
  restMs: number;
  /** The session is looked at again this often. */
  sessionMs: number;
};

export const usualStreamTimes: StreamTimes = { heartbeatMs: 15_000, restMs: 1_000, sessionMs: 5 * 60_000 };

type Ports = {
  authenticate: Authenticate;
  /** Calls the listener whenever there may be new events. */
  onEvents: (listener: () => void) => void;
  /** Whether the session of a request has not ended. */
  isSignedIn: (request: Request) => boolean;
  /** The server stops. */
  stopping: AbortSignal;
  times: StreamTimes;
};

const messageOf = (event: TaskEvent): string => {
  const lines = renderToString(<EventItem event={event} />).split('\n');
  return `id: ${event.id}\n${lines.map((line) => `data: ${line}`).join('\n')}\n\n`;
};

/** Those of the newest events that lie after the one that somebody has seen last. Who has seen none begins now. */
const eventsAfter = (events: readonly TaskEvent[], lastSeen: string | undefined): readonly TaskEvent[] => {
  if (lastSeen === undefined) return [];
  const seenAt = events.findIndex(({ id }) => id === lastSeen);
  return seenAt === -1 ? events : events.slice(0, seenAt);
};

type Look = (isWanted: () => boolean) => Promise<TaskEvent[]>;

/** What is new since the last look, oldest first; also what happened earlier and was found later. */
const createLook = ({ store, scopes }: Caller, query: z.output<typeof Query>, lastSeen: string | undefined): Look => {
  let known: ReadonlySet<string> | undefined;
  return async (isWanted) => {
    const events = (await store.events({ ...queryOf(query), limit: mostAtOnce, mostLookedAt, isWanted }))?.items ?? [];
    const seen = known;
    const fresh = seen === undefined ? eventsAfter(events, lastSeen) : events.filter(({ id }) => !seen.has(id));
    known = new Set(events.map(({ id }) => id));
    return fresh.map((event) => eventForKey(scopes, event)).toReversed();
  };
};

/**
 * `GET /dashboard/events-stream`: events as they happen, as server-sent events; each is an item of the list. It goes on
 * after the event that the browser has seen last, and ends with the session and with the server.
 */
export const streamEvents = ({ authenticate, onEvents, isSignedIn, stopping, times }: Ports): RequestHandler => {
  const streamsOf = new Map<string, number>();
  const open = new Set<{ send: () => void; end: () => void }>();
  onEvents(() => {
    for (const { send } of open) send();
  });
  stopping.addEventListener('abort', () => {
    for (const { end } of open) end();
  });

  const count = (organizationId: string, change: number): void => {
    const left = (streamsOf.get(organizationId) ?? 0) + change;
    if (left <= 0) streamsOf.delete(organizationId);
    else streamsOf.set(organizationId, left);
  };

  const stream = (request: Request, response: Response, look: Look): Promise<void> =>
    new Promise((resolve) => {
      let isLooking = false;
      let isAsked = false;
      let rest: NodeJS.Timeout | undefined;

      const end = (): void => {
        clearInterval(heartbeat);
        clearInterval(session);
        clearTimeout(rest);
        open.delete(opened);
        response.end();
        resolve();
      };

      const send = async (): Promise<void> => {
        isAsked = true;
        if (isLooking || rest !== undefined || response.closed) return;
        isAsked = false;
        isLooking = true;
        try {
          for (const event of await look(() => !response.closed)) response.write(messageOf(event));
        } catch {
          // The browser asks again, and is told then what is wrong.
          end();
          return;
        } finally {
          isLooking = false;
        }
        if (response.closed) return;
        rest = setTimeout(() => {
          rest = undefined;
          if (isAsked) void send();
        }, times.restMs);
      };

      const checkSession = async (): Promise<void> => {
        const isOpen =
          isSignedIn(request) &&
          (await authenticate(request, 'tasks:read').then(
            () => true,
            () => false,
          ));
        if (isOpen) return;
        response.write('event: signed-out\ndata:\n\n');
        end();
      };

      const heartbeat = setInterval(() => {
        response.write(': still here\n\n');
        void send();
      }, times.heartbeatMs);
      const session = setInterval(() => void checkSession(), times.sessionMs);
      const opened = { send: () => void send(), end };
      open.add(opened);
      if (stopping.aborted) end();
      response.once('close', end);
      void send();
    });

  return async (request, response) => {
    const caller = await authenticate(request, 'tasks:read');
    const query = parseRequest(Query, request.query);
    const lastSeen = Resumed.parse(request.get('last-event-id')) ?? query.after;
    const { organizationId } = caller;
    if ((streamsOf.get(organizationId) ?? 0) >= mostStreams) {
      throw new HttpError(429, 'rate_limited', `A workspace may watch ${mostStreams} lists at once. Close one.`, {
        retryAfterSeconds: 60,
      });
    }
    count(organizationId, 1);
    try {
      response.set({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
      response.flushHeaders();
      await stream(request, response, createLook(caller, query, lastSeen));
    } finally {
      count(organizationId, -1);
    }
  };
};
