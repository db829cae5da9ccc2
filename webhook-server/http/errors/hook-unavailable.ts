import { HttpError } from './http-error.ts';

/** Why nothing can be sent to a hook. The hook of another workspace is unknown, too. */
export const hookUnavailable = (kind: 'unknown' | 'hook ended'): HttpError =>
  kind === 'unknown'
    ? new HttpError(404, 'not_found', 'There is no such hook. `GET /hooks` lists those of your workspace.')
    : new HttpError(
        409,
        'conflict',
        'This hook has ended, so nothing can be sent to its Zap. Turn the Zap on again first.',
      );
