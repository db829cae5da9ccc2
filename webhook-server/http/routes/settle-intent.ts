import type { RequestHandler } from 'express';
import * as z from 'zod';
import { IntentSettlement } from '../../../contract/intent.ts';
import type { IntentOutcome } from '../../store/tenant-store.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { parseRequest } from '../validate-request.ts';

const Params = z.object({ intentId: z.string().max(100) });

/** Microseconds since 1970, rounded down to milliseconds: an intent may only seem older than it is. */
const microseconds = (timestamp: string): number => Math.floor(Date.parse(timestamp)) * 1000;

/** A settlement as the store keeps it. */
export const intentOutcome = ({ state, updated_at }: IntentSettlement): IntentOutcome => ({
  state,
  updatedAtUs: updated_at === undefined ? null : microseconds(updated_at),
});

/** `PATCH /intents/:intentId`: 204. */
export const settleIntent =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { intentId } = parseRequest(Params, request.params);
    const isKnown = await store.settleIntent(intentId, intentOutcome(parseRequest(IntentSettlement, request.body)));
    if (!isKnown) throw new HttpError(404, 'not_found', 'There is no such intent. Intents are kept for a day.');
    response.status(204).end();
  };
