import type { RequestHandler } from 'express';
import { HttpError } from '../http/errors/http-error.ts';
import { ownOrigin } from './own-address.ts';

/**
 * Refuses a change that another site's page asks for, or that comes under another name than the server's own. Browsers tell
 * the origin with every form; what only reads changes nothing.
 *
 * @param publicUrl `PUBLIC_URL`, if it is set.
 */
export const refuseForeign =
  (publicUrl: string | undefined): RequestHandler =>
  (request, _response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      next();
      return;
    }
    const own = ownOrigin(request, publicUrl);
    const isOwn = own !== undefined && request.get('origin') === own && new URL(own).host === request.host;
    if (isOwn) next();
    else {
      const where = publicUrl === undefined ? 'https, or on this machine alone by http' : 'the address in PUBLIC_URL';
      next(
        new HttpError(
          403,
          'forbidden',
          `This did not come from a page of this dashboard, so nothing was changed. Open the dashboard by ${where}; a proxy in front of it must pass the header “Host” on.`,
        ),
      );
    }
  };
