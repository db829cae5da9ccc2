import type { RequestHandler } from 'express';

/** `GET /healthz`: 200 for as long as the process answers at all. */
export const healthz: RequestHandler = (_request, response) => {
  response.json({ status: 'alive' });
};

/** `GET /readyz`: 200 when the server is started and its database answers, else 503. */
export const readyz =
  (isReady: () => Promise<boolean>): RequestHandler =>
  async (_request, response) => {
    const ready = await isReady();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready' });
  };
