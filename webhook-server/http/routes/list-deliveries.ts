import type { RequestHandler } from 'express';
import * as z from 'zod';
import { type DeliveryPage, DeliveryState } from '../../../contract/delivery.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { hookUnavailable } from '../errors/hook-unavailable.ts';
import { HttpError } from '../errors/http-error.ts';
import { pageQuery } from '../page-query.ts';
import { parseRequest } from '../validate-request.ts';
import { deliveryView } from '../views/delivery-view.ts';

const Params = z.object({ hookId: z.string().max(100) });

export const Query = z.strictObject({
  state: DeliveryState.optional(),
  ...pageQuery,
});

/**
 * `GET /hooks/:hookId/deliveries`: what was sent to a hook and with what outcome, newest first. Shows neither the target
 * nor anything of its responses: otherwise whoever may subscribe could read other servers through this one.
 */
export const listDeliveries =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const { hookId } = parseRequest(Params, request.params);
    const query = parseRequest(Query, request.query);
    const listing = await store.deliveries(hookId, { ...query, isWanted: () => !response.closed });
    switch (listing.kind) {
      case 'unknown hook':
        throw hookUnavailable('unknown');
      case 'unknown position':
        throw new HttpError(
          400,
          'invalid_request',
          '“before” names no delivery of this hook. Send the id of the last delivery of a page.',
          { field: 'before' },
        );
      case 'page': {
        const page: DeliveryPage = { items: listing.deliveries.map(deliveryView), has_more: listing.hasMore };
        response.json(page);
        break;
      }
      default:
        listing satisfies never;
    }
  };
