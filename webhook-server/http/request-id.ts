import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

const header = 'x-request-id';

/** Gives each request an id, for its response and the log. Ignores an id that the caller sends. */
export const assignRequestId: RequestHandler = (_request, response, next) => {
  response.set(header, `req_${randomUUID()}`);
  next();
};

export const requestIdOf = (response: Response): string => response.get(header) ?? 'req_unknown';
