import type { RequestHandler } from 'express';
import * as z from 'zod';
import type { Authenticate } from '../authentication/authenticate.ts';
import { requeueRefused } from '../errors/requeue-refused.ts';
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
    if (requeued.kind !== 'queued') throw requeueRefused(requeued.kind);
    response.status(202).json(deliveryView(requeued.delivery));
  };
