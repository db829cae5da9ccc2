import type { RequestHandler } from 'express';
import * as z from 'zod';
import type { Readings } from '../../../contract/reading.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { time } from '../page-query.ts';
import { parseRequest } from '../validate-request.ts';
import { readingView } from '../views/reading-view.ts';

const dayMs = 24 * 3_600_000;

/** A call answers no more than this much time. */
const mostDays = 7;

export const Query = z.strictObject({ since: time.optional(), until: time.optional() });

/** `GET /readings`: when the caller's workspace was read, and why it was not. The last day, where nothing is asked for. */
export const listReadings =
  ({ authenticate, clock }: { authenticate: Authenticate; clock: () => number }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const { until: untilMs = clock(), since: sinceMs = untilMs - dayMs } = parseRequest(Query, request.query);
    if (untilMs - sinceMs > mostDays * dayMs) {
      throw new HttpError(400, 'invalid_request', `Ask for at most ${mostDays} days at once.`, { field: 'since' });
    }
    const answer: Readings = { items: (await store.readings({ sinceMs, untilMs })).map(readingView) };
    response.json(answer);
  };
