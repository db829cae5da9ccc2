import type { RequestHandler } from 'express';
import * as z from 'zod';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { parseRequest } from '../validate-request.ts';
import { eventHistoryView } from '../views/event-view.ts';

const Params = z.object({ eventId: z.string().max(100) });

/** `GET /events/:eventId`: one event, and what became of it at each hook of the workspace. */
export const showEvent =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store, scopes } = await authenticate(request, 'tasks:read');
    const { eventId } = parseRequest(Params, request.params);
    const history = await store.event(eventId);
    if (history === undefined) {
      throw new HttpError(404, 'not_found', 'There is no such event. Old ones are removed after some weeks.');
    }
    response.json(eventHistoryView(history, scopes));
  };
