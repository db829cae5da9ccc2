import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { coversScope } from '../../../contract/covers-scope.ts';
import { Intent, type IntentAnswer, IntentList, type IntentListAnswer } from '../../../contract/intent.ts';
import type { Authenticate, Caller } from '../authentication/authenticate.ts';
import { parseRequest } from '../validate-request.ts';

/** What the task is about, as far as the caller's key may read it. */
const findFacts = async (
  { store, scopes }: Pick<Caller, 'store' | 'scopes'>,
  taskId: string,
): Promise<Pick<IntentAnswer, 'contact' | 'sequence_template'>> => {
  const { tasks } = coversScope(scopes, 'tasks:read')
    ? await store.tasks({ taskIds: [taskId], limit: 1, scopes })
    : { tasks: [] };
  return { contact: tasks[0]?.contact ?? null, sequence_template: tasks[0]?.sequence_template ?? null };
};

/**
 * `POST /intents`: 202 with an id for the intent and what its task is about, or with an id for each intent of a list.
 */
export const announceIntents =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const caller = await authenticate(request, 'tasks:write');
    const newId = (): string => `int_${randomUUID()}`;
    if (Array.isArray(request.body)) {
      const intents = parseRequest(IntentList, request.body).map((intent) => ({ ...intent, id: newId() }));
      await caller.store.announce(intents);
      const list: IntentListAnswer = { items: intents.map(({ id }) => ({ id })) };
      response.status(202).json(list);
      return;
    }
    const intent = { ...parseRequest(Intent, request.body), id: newId() };
    await caller.store.announce([intent]);
    const answer: IntentAnswer = { id: intent.id, ...(await findFacts(caller, intent.task_id)) };
    response.status(202).json(answer);
  };
