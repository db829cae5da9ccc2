import type { RequestHandler } from 'express';
import * as z from 'zod';
import { type Recovered, RecoverRequest } from '../../../contract/delivery.ts';
import type { TenantStore } from '../../store/tenant-store.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { hookUnavailable } from '../errors/hook-unavailable.ts';
import { parseRequest } from '../validate-request.ts';

const Params = z.object({ hookId: z.string().max(100) });

/** Recover this many in one transaction, so that it is short. */
const batchSize = 100;

const recoverAll = async (store: TenantStore, hookId: string, sinceMs: number): Promise<number> => {
  let recovered = 0;
  for (;;) {
    const recovery = await store.recoverDeliveries(hookId, { sinceMs, limit: batchSize });
    if (recovery.kind !== 'queued') throw hookUnavailable(recovery.kind);
    recovered += recovery.count;
    if (!recovery.hasMore) return recovered;
  }
};

/**
 * `POST /hooks/:hookId/recover`: 202 with the number of deliveries that wait again: all that died or were dropped since
 * the time in the body, except those already sent again by hand. Each gets a new `webhook-id`.
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
