import type { RequestHandler } from 'express';
import * as z from 'zod';
import { type NamedPerson, PersonNames } from '../../../contract/person.ts';
import { userId } from '../../../contract/uuid.ts';
import type { Authenticate } from '../authenticate.ts';
import { parseRequest } from '../parse-request.ts';

const Params = z.object({ user_id: userId });

/** `PUT /people/:user_id`: gives a person a name and an e-mail address, or takes them away. */
export const namePerson =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { user_id } = parseRequest(Params, request.params);
    const person: NamedPerson = { user_id, ...parseRequest(PersonNames, request.body) };
    await store.namePeople([person]);
    response.json(person);
  };
