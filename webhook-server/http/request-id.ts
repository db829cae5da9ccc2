import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

const header = 'x-request-id';

/** Names each request, in its answer and in the log. A name that the caller sent is not taken over. */
export const nameRequest: RequestHandler = (_request, response, next) => {
  response.set(header, `req_${randomUUID()}`);
  next();
};

export const requestIdOf = (response: Response): string => response.get(header) ?? 'req_unknown';
