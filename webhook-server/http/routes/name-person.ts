import type { RequestHandler } from 'express';
import * as z from 'zod';
import { type NamedPerson, PersonNames } from '../../../contract/person.ts';
import { userId } from '../../../contract/uuid.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { parseRequest } from '../validate-request.ts';

const Params = z.object({ user_id: userId });

/** `PUT /people/:user_id`: sets or removes a person's name and e-mail address. */
export const namePerson =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { user_id } = parseRequest(Params, request.params);
    const person: NamedPerson = { user_id, ...parseRequest(PersonNames, request.body) };
    await store.namePeople([person]);
    response.json(person);
  };
