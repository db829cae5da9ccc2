import type { RequestHandler } from 'express';
import { IntentSettlementList, type IntentsSettled } from '../../../contract/intent.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { parseRequest } from '../validate-request.ts';
import { intentOutcome } from './settle-intent.ts';

/** `PATCH /intents`: settles each intent of a list, all in one transaction. 200 with the ids that are unknown. */
export const settleIntents =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const settlements = parseRequest(IntentSettlementList, request.body);
    const outcomes = settlements.map(({ id, ...settlement }) => ({ id, ...intentOutcome(settlement) }));
    const answer: IntentsSettled = { unknown_ids: await store.settleIntents(outcomes) };
    response.json(answer);
  };
