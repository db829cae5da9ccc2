import type { RequestHandler } from 'express';
import * as z from 'zod';
import { type DeliveryPage, DeliveryState } from '../../../contract/delivery.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { pageQuery, time } from '../page-query.ts';
import { parseRequest } from '../validate-request.ts';
import { deliveryView } from '../views/delivery-view.ts';

export const Query = z.strictObject({
  ...pageQuery,
  since: time.optional(),
  until: time.optional(),
  state: DeliveryState.optional(),
  hook: z.string().min(1).max(100).optional(),
  status: z
    .string()
    .regex(/^[1-5]\d\d$/, { error: 'Expected the status of an answer, such as 410.' })
    .transform(Number)
    .optional(),
});

/**
 * `GET /deliveries`: what was sent to all hooks of the caller's workspace, newest first. `status` is what the target
 * answered to the last attempt.
 */
export const searchDeliveries =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const { since, until, hook, ...query } = parseRequest(Query, request.query);
    const found = await store.searchDeliveries({
      ...query,
      sinceMs: since,
      untilMs: until,
      hookId: hook,
      isWanted: () => !response.closed,
    });
    if (found === undefined) {
      throw new HttpError(
        400,
        'invalid_request',
        '“before” names no delivery. Send the id of the last delivery of a page.',
        { field: 'before' },
      );
    }
    const page: DeliveryPage = { items: found.deliveries.map(deliveryView), has_more: found.hasMore };
    response.json(page);
  };
