import type { RequestHandler } from 'express';
import type { Directory } from '../../../contract/person.ts';
import type { Authenticate } from '../authentication/authenticate.ts';

/** `GET /people`: everybody in the directory of the caller's workspace. */
export const listPeople =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const directory: Directory = { items: await store.people() };
    response.json(directory);
  };
