import type { RequestHandler } from 'express';
import type { Log } from '../../log.ts';

/** Warns once when a proxy seems to stand in front of a server that was told of none. */
export const warnOfProxy = (trustedProxies: number, log: Log): RequestHandler => {
  let isDone = trustedProxies > 0;
  return (request, _response, next) => {
    if (!isDone && request.get('x-forwarded-for') !== undefined) {
      isDone = true;
      log.warn(
        'a request came with X-Forwarded-For, and TRUST_PROXY is 0: if there is a proxy in front of this server, set ' +
          'TRUST_PROXY to the number of proxies, or all callers share the limits of one address',
      );
    }
    next();
  };
};
