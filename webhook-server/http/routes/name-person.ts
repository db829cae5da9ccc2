import type { RequestHandler } from 'express';
import * as z from 'zod';
import { PersonNames, unnamedPerson } from '../../../contract/person.ts';
import { userId } from '../../../contract/uuid.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { parseRequest } from '../validate-request.ts';
import { personView } from '../views/person-view.ts';

const Params = z.object({ user_id: userId });

/**
 * `PUT /people/:user_id`: sets or removes a person's name and e-mail address and, where given, their aliases and until
 * when they are away. No task needs to have shown them yet.
 */
export const namePerson =
  ({ authenticate, clock }: { authenticate: Authenticate; clock: () => number }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { user_id } = parseRequest(Params, request.params);
    const given = { user_id, ...parseRequest(PersonNames, request.body) };
    const [named = unnamedPerson(user_id)] = await store.namePeople([given]);
    response.json(personView(named, clock()));
  };
