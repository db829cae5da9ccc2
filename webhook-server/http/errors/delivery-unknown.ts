import { HttpError } from './http-error.ts';

/** The delivery of another workspace is unknown, too. */
export const deliveryUnknown = (): HttpError =>
  new HttpError(404, 'not_found', 'There is no such delivery. Old ones are removed after some weeks.');
