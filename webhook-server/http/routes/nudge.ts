import type { RequestHandler } from 'express';
import type { Authenticate } from '../authentication/authenticate.ts';

/** `POST /nudges`: 202. Makes the detector look at Topo now; events still come from Topo alone. */
export const nudge =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    await store.nudge();
    response.status(202).json({ status: 'looking' });
  };
