import type { RequestHandler } from 'express';
import { IntentSettlementList, type IntentsSettled } from '../../../contract/intent.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { outcomeOf } from '../intent-outcome.ts';
import { parseRequest } from '../parse-request.ts';

/** `PATCH /intents`: settles each of a list, and answers the ids that are unknown. */
export const settleIntents =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const settlements = parseRequest(IntentSettlementList, request.body);
    const unknown: string[] = [];
    for (const { id, ...settlement } of settlements) {
      const isKnown = await store.settleIntent(id, outcomeOf(settlement));
      if (!isKnown) unknown.push(id);
    }
    const answer: IntentsSettled = { unknown_ids: unknown };
    response.json(answer);
  };
