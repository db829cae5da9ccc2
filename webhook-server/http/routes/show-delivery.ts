import type { RequestHandler } from 'express';
import * as z from 'zod';
import type { Authenticate } from '../authentication/authenticate.ts';
import { deliveryUnknown } from '../errors/delivery-unknown.ts';
import { parseRequest } from '../validate-request.ts';
import { deliveryHistoryView } from '../views/delivery-view.ts';

const Params = z.object({ deliveryId: z.string().max(100) });

/** `GET /deliveries/:deliveryId`: one delivery with each of its attempts, and when the next one comes. */
export const showDelivery =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const { deliveryId } = parseRequest(Params, request.params);
    const delivery = await store.delivery(deliveryId);
    if (delivery === undefined) throw deliveryUnknown();
    response.json(deliveryHistoryView(delivery));
  };
