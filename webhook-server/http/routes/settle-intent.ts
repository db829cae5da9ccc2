import type { RequestHandler } from 'express';
import * as z from 'zod';
import { IntentSettlement } from '../../../contract/intent.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { outcomeOf } from '../intent-outcome.ts';
import { parseRequest } from '../parse-request.ts';

const Params = z.object({ intentId: z.string().max(100) });

/** `PATCH /intents/:intentId`: 204. */
export const settleIntent =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { intentId } = parseRequest(Params, request.params);
    const isKnown = await store.settleIntent(intentId, outcomeOf(parseRequest(IntentSettlement, request.body)));
    if (!isKnown) throw new HttpError(404, 'not_found', 'There is no such intent. Intents are kept for a day.');
    response.status(204).end();
  };
