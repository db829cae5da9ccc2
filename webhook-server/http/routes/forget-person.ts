import type { RequestHandler } from 'express';
import * as z from 'zod';
import { userId } from '../../../contract/uuid.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { parseRequest } from '../validate-request.ts';

const Params = z.object({ user_id: userId });

/**
 * `DELETE /people/:user_id`: 204. Removes a person's name, addresses and absence. The id stays in the list if a task has
 * shown it.
 */
export const forgetPerson =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { user_id } = parseRequest(Params, request.params);
    if (!(await store.forgetPerson(user_id))) {
      throw new HttpError(
        404,
        'not_found',
        'Nobody in the directory has this id. GET /people lists everybody who is in it.',
      );
    }
    response.status(204).end();
  };
