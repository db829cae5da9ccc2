import type { RequestHandler } from 'express';
import * as z from 'zod';
import { type Recovered, RecoverRequest } from '../../../contract/delivery.ts';
import type { EventPosition, RecoveryScope, TenantStore } from '../../store/tenant-store.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { countMissed } from '../count-missed.ts';
import { hookUnavailable } from '../errors/hook-unavailable.ts';
import { parseRequest } from '../validate-request.ts';
import { iso } from '../views/time.ts';

const Params = z.object({ hookId: z.string().max(100) });

/** Recover this many in one transaction, so that it is short. */
const batchSize = 100;

/** Count no further: so many deliveries may not wait at once. */
const mostCounted = 10_000;

type Asked = {
  store: TenantStore;
  hookId: string;
  sinceMs: number;
  untilMs: number | undefined;
  isDryRun: boolean;
  isWanted: () => boolean;
};

const recoverAll = async (store: TenantStore, hookId: string, lost: RecoveryScope): Promise<number> => {
  let recovered = 0;
  for (;;) {
    const recovery = await store.recoverDeliveries(hookId, { ...lost, limit: batchSize });
    if (recovery.kind !== 'queued') throw hookUnavailable(recovery.kind);
    recovered += recovery.count;
    if (!recovery.hasMore) return recovered;
  }
};

const countLost = async (store: TenantStore, hookId: string, lost: RecoveryScope): Promise<number> => {
  const counted = await store.countRecoverable(hookId, { ...lost, limit: mostCounted });
  if (counted.kind !== 'counted') throw hookUnavailable(counted.kind);
  return counted.count;
};

const recoverLost = (
  { store, hookId, sinceMs, untilMs, isDryRun }: Asked,
  states: RecoveryScope['states'],
): Promise<number> => (isDryRun ? countLost : recoverAll)(store, hookId, { sinceMs, untilMs, states });

const recoverMissed = async ({ store, hookId, sinceMs, untilMs, isDryRun, isWanted }: Asked): Promise<number> => {
  const scope = { sinceMs, untilMs, isWanted };
  if (isDryRun) return (await countMissed(store, hookId, scope, { count: mostCounted })).count;
  let recovered = 0;
  let from: EventPosition | null = null;
  do {
    const recovery = await store.recoverMissed(hookId, { sinceMs, untilMs, isDryRun, from });
    if (recovery.kind !== 'looked') throw hookUnavailable(recovery.kind);
    recovered += recovery.count;
    from = recovery.next;
  } while (from !== null && isWanted());
  return recovered;
};

/** Up to now, where nobody asks for another end. */
const unknownHours = async ({
  store,
  hookId,
  sinceMs,
  untilMs = Number.MAX_SAFE_INTEGER,
}: Asked): Promise<NonNullable<Recovered['unknown_hours']>> =>
  (await store.unreadWhileOff(hookId, { sinceMs, untilMs })).map(({ fromMs, untilMs: endMs, reason }) => ({
    since: iso(fromMs),
    until: iso(endMs),
    reason,
  }));

/**
 * `POST /hooks/:hookId/recover`: 202 with the number of deliveries that wait now: all that died or were dropped in the
 * time of the body, except those already sent again by hand, each with a new `webhook-id`; and what was missed while the
 * Zap was off, if that is asked for. After a dry run 200 with the number that it would be.
 */
export const recoverHook =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { hookId } = parseRequest(Params, request.params);
    const { since, until, states = ['dead', 'dropped'], dry_run } = parseRequest(RecoverRequest, request.body);
    const asked: Asked = {
      ...{ store, hookId, sinceMs: Date.parse(since), isDryRun: dry_run === true },
      untilMs: until === undefined ? undefined : Date.parse(until),
      isWanted: () => !response.closed,
    };
    const lostStates = states.filter((state) => state !== 'missed');
    const lost = lostStates.length === 0 ? 0 : await recoverLost(asked, lostStates);
    const answer: Recovered = states.includes('missed')
      ? { recovered: lost + (await recoverMissed(asked)), unknown_hours: await unknownHours(asked) }
      : { recovered: lost };
    response.status(asked.isDryRun ? 200 : 202).json(answer);
  };
