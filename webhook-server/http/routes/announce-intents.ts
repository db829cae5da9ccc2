import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Intent, type IntentAnswer, IntentList, type IntentListAnswer } from '../../../contract/intent.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { parseRequest } from '../validate-request.ts';

/** `POST /intents`: 202 with an id for the intent, or with an id for each intent of a list. */
export const announceIntents =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const isList = Array.isArray(request.body);
    const given = isList ? parseRequest(IntentList, request.body) : [parseRequest(Intent, request.body)];
    const intents = given.map((intent) => ({ ...intent, id: `int_${randomUUID()}` }));
    await store.announce(intents);
    const items: IntentAnswer[] = intents.map(({ id }) => ({ id }));
    const list: IntentListAnswer = { items };
    response.status(202).json(isList ? list : items[0]);
  };
