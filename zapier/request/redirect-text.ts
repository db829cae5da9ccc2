/** No request is redirected: the API key goes to the addresses that were configured and to no other. */
export const redirectText = (host: string): string =>
  `${host} answered with a redirect, which is not followed because it would take your API key elsewhere. ` +
  'The owner of this integration must check TOPO_API_URL and WEBHOOK_SERVER_URL.';
