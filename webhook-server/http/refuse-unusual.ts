import type { RequestHandler } from 'express';
import { HttpError } from './errors/http-error.ts';

/** What Node would refuse by itself, without a body. */
export const refuseUnusual: RequestHandler = (request, _response, next) => {
  if (request.httpVersion !== '1.1') {
    next();
    return;
  }
  const expectation = request.get('expect');
  if (request.headers.host === undefined) {
    next(new HttpError(400, 'invalid_request', 'Send the header “Host”.'));
  } else if (expectation !== undefined && !/\b100-continue\b/i.test(expectation)) {
    next(new HttpError(417, 'expectation_failed', 'The only “Expect” that this server knows is “100-continue”.'));
  } else {
    next();
  }
};
