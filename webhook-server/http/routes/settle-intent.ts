import type { RequestHandler } from 'express';
import * as z from 'zod';
import { IntentSettlement } from '../../../contract/intent.ts';
import type { Authenticate } from '../authenticate.ts';
import { HttpError } from '../http-error.ts';
import { parseRequest } from '../parse-request.ts';

const Params = z.object({ intentId: z.string().max(100) });

/** Microseconds since 1970. Digits past the third of a second are dropped: an intent may only seem older than it is. */
const microseconds = (timestamp: string): number => Math.floor(Date.parse(timestamp)) * 1000;

/** `PATCH /intents/:intentId`: 204. */
export const settleIntent =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { intentId } = parseRequest(Params, request.params);
    const { state, updated_at } = parseRequest(IntentSettlement, request.body);
    const updatedAtUs = updated_at === undefined ? null : microseconds(updated_at);
    const isKnown = await store.settleIntent(intentId, { state, updatedAtUs });
    if (!isKnown) throw new HttpError(404, 'not_found', 'There is no such intent. Intents are kept for a day.');
    response.status(204).end();
  };
