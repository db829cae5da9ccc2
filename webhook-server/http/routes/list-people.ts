import type { RequestHandler } from 'express';
import type { PersonList } from '../../../contract/person.ts';
import type { Authenticate } from '../authenticate.ts';

/** `GET /people`: everybody whom the directory of the caller's workspace knows. */
export const listPeople =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const directory: PersonList = { items: await store.people() };
    response.json(directory);
  };
