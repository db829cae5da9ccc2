import type { RequestHandler } from 'express';
import type { Log } from '../log.ts';
import { requestIdOf } from './request-id.ts';

/** Logs each request when it is answered: neither its headers nor its query, which may hold what is nobody's business. */
export const logRequests =
  (log: Log): RequestHandler =>
  (request, response, next) => {
    const { method, path } = request;
    const startedAt = performance.now();
    response.on('finish', () => {
      const ms = Math.round(performance.now() - startedAt);
      log.info({ requestId: requestIdOf(response), method, path, status: response.statusCode, ms }, 'request');
    });
    next();
  };
