import type { RequestHandler } from 'express';
import * as z from 'zod';
import { ChoiceSettlement } from '../../../contract/choice.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { parseRequest } from '../validate-request.ts';
import { intentOutcome } from './settle-intent.ts';

const Params = z.object({ choiceId: z.string().max(100) });

/** `PATCH /choices/:choiceId`: 204. A choice that failed gives the turn back. */
export const settleChoice =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { choiceId } = parseRequest(Params, request.params);
    const isKnown = await store.settleChoice(choiceId, intentOutcome(parseRequest(ChoiceSettlement, request.body)));
    if (!isKnown) throw new HttpError(404, 'not_found', 'There is no such choice. Choices are kept for a day.');
    response.status(204).end();
  };
