import type { AfterResponseMiddleware } from 'zapier-platform-core';
import { failed } from './zapier-error.ts';

/** No request is redirected: the API key goes to the addresses that were configured and to no other. */
export const refuseRedirect: AfterResponseMiddleware = (response) => {
  if (response.status < 300 || response.status >= 400) return response;
  const host = URL.parse(response.request.url ?? '')?.host ?? 'The server';
  throw failed(
    `${host} answered with a redirect, which is not followed because it would take your API key elsewhere. ` +
      'The owner of this integration must check TOPO_API_URL and WEBHOOK_SERVER_URL.',
    'redirected',
    response.status,
  );
};
