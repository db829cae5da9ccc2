import type { RequestHandler } from 'express';
import * as z from 'zod';
import { type Recovered, RecoverRequest } from '../../../contract/delivery.ts';
import type { TenantStore } from '../../store/tenant-store.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { hookUnavailable } from '../errors/hook-unavailable.ts';
import { parseRequest } from '../parse-request.ts';

const Params = z.object({ hookId: z.string().max(100) });

/** So many are taken in one transaction, so that nobody waits long for it. */
const batch = 100;

const recoverAll = async (store: TenantStore, hookId: string, sinceMs: number): Promise<number> => {
  let recovered = 0;
  for (;;) {
    const recovery = await store.recoverDeliveries(hookId, { sinceMs, limit: batch });
    if (recovery.kind !== 'queued') throw hookUnavailable(recovery.kind);
    recovered += recovery.count;
    if (!recovery.hasMore) return recovered;
  }
};

/**
 * `POST /hooks/:hookId/recover`: 202 with how many deliveries wait again: all that have died or were dropped since the
 * time in the body, each with a `webhook-id` of its own. What was sent again by hand already is left out.
 */
export const recoverHook =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { hookId } = parseRequest(Params, request.params);
    const { since } = parseRequest(RecoverRequest, request.body);
    const answer: Recovered = { recovered: await recoverAll(store, hookId, Date.parse(since)) };
    response.status(202).json(answer);
  };
