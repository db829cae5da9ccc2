import type { RequestHandler } from 'express';
import type { Log } from '../log.ts';
import { requestIdOf } from './request-id.ts';

/** A word of a route or an id. Anything else in a path may be a secret in the wrong place. */
const plain = /^(?:[a-z]{0,20}|nudge-address|(?:hok|msg|int|evt)_[\w-]{1,64}|[0-9a-f-]{36})$/;

const shown = (path: string): string =>
  path
    .split('/')
    .map((part) => (plain.test(part) ? part : '…'))
    .join('/');

/**
 * Logs each request when it is answered: never its headers or its query, which may hold secrets, and of its path only
 * what is known to be harmless.
 */
export const logRequests =
  (log: Log): RequestHandler =>
  (request, response, next) => {
    const { method } = request;
    const path = shown(request.path);
    const startedAt = performance.now();
    response.on('finish', () => {
      const ms = Math.round(performance.now() - startedAt);
      log.info({ requestId: requestIdOf(response), method, path, status: response.statusCode, ms }, 'request');
    });
    next();
  };
