import type { RequestHandler } from 'express';
import * as z from 'zod';
import type { Authenticate } from '../authentication/authenticate.ts';
import { deliveryUnknown } from '../errors/delivery-unknown.ts';
import { hookUnavailable } from '../errors/hook-unavailable.ts';
import { HttpError } from '../errors/http-error.ts';
import { parseRequest } from '../validate-request.ts';
import { deliveryView } from '../views/delivery-view.ts';

const Params = z.object({ deliveryId: z.string().max(100) });

/**
 * `POST /deliveries/:deliveryId/retry`: 202 with a new delivery of the same event. It has a new `webhook-id`, so that the
 * Zap runs again.
 */
export const retryDelivery =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { deliveryId } = parseRequest(Params, request.params);
    const requeued = await store.retryDelivery(deliveryId);
    switch (requeued.kind) {
      case 'queued':
        response.status(202).json(deliveryView(requeued.delivery));
        break;
      case 'unknown':
        throw deliveryUnknown();
      case 'still waiting':
        throw new HttpError(409, 'conflict', 'This delivery is still waiting, and is going to be sent by itself.');
      case 'hook ended':
        throw hookUnavailable('hook ended');
      default:
        requeued satisfies never;
    }
  };
