import type { RequestHandler } from 'express';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';

/**
 * `DELETE /workspace`: 204. Erases the workspace's Topo keys at once, and what the server knows of its tasks with the next
 * clean-up. 409 while a Zap listens.
 */
export const forgetWorkspace =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    if ((await store.forgetWorkspace()) === 'has hooks') {
      throw new HttpError(
        409,
        'conflict',
        'Zaps of this workspace still listen. Turn them off, or end their hooks with DELETE /hooks/:hookId, and call this again.',
      );
    }
    response.status(204).end();
  };
