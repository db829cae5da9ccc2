import type { RequestHandler } from 'express';
import * as z from 'zod';
import type { Authenticate } from '../authentication/authenticate.ts';
import { hookUnavailable } from '../errors/hook-unavailable.ts';
import { testEvent } from '../test-event.ts';
import { parseRequest } from '../validate-request.ts';
import { deliveryView } from '../views/delivery-view.ts';

type Ports = { authenticate: Authenticate; clock: () => number };

const Params = z.object({ hookId: z.string().max(100) });

/** `POST /hooks/:hookId/test`: 202 with the delivery of an invented event that passes the hook's filters. */
export const testHook =
  ({ authenticate, clock }: Ports): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { hookId } = parseRequest(Params, request.params);
    const hook = await store.hook(hookId);
    if (hook === undefined) throw hookUnavailable('unknown');
    const event = testEvent(hook.events[0] ?? 'task.reassigned', hook.filters, clock());
    const requeued = await store.sendTest(hookId, { eventId: event.id, body: JSON.stringify(event) });
    if (requeued.kind !== 'queued') throw hookUnavailable(requeued.kind);
    response.status(202).json(deliveryView(requeued.delivery));
  };
