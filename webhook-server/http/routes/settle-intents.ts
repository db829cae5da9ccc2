import type { RequestHandler } from 'express';
import { IntentSettlementList, type IntentsSettled } from '../../../contract/intent.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { parseRequest } from '../validate-request.ts';
import { intentOutcome } from './settle-intent.ts';

/** `PATCH /intents`: settles each intent of a list. 200 with the ids that are unknown. */
export const settleIntents =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const settlements = parseRequest(IntentSettlementList, request.body);
    const unknown: string[] = [];
    for (const { id, ...settlement } of settlements) {
      const isKnown = await store.settleIntent(id, intentOutcome(settlement));
      if (!isKnown) unknown.push(id);
    }
    const answer: IntentsSettled = { unknown_ids: unknown };
    response.json(answer);
  };
