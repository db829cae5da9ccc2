import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Certainty, DeliveryClaim, Farewell, Settlement, SettleOutcome, WorkStore } from '../work-store.ts';
import { createEndHook } from './end-hook.ts';

type ClaimRow = {
  id: string;
  hook_id: string;
  sealed_target: string;
  sealed_secret: string;
  body: string;
  attempts: number;
  first_sent_at_ms: number | null;
};

type Owned = { id: string; lease: string };

/** A hook that has failed for this long without one success is ended. */
const patienceMs = 3 * 24 * 3600 * 1000;

const prepareDeliveryStatements = (database: Database) => ({
  // Of each hook only its first deliveries are looked at, so that a long queue costs no more than a short one.
  due: database.prepare<{ nowMs: number; limit: number; perHook: number }, ClaimRow>(`
    select delivery.id, hook_id, sealed_target, sealed_secret, body, attempts, first_sent_at_ms
    from hook join delivery on delivery.seq in (
      select seq from delivery as first where first.hook_id = hook.id and first.state = 'waiting'
      order by seq limit @perHook)
    where hook.ended_at_ms is null
      and hook.resume_at_ms <= @nowMs
      and (delivery.lease is null or delivery.lease_until_ms <= @nowMs)
      and not exists (
        select 1 from delivery as older
        where older.hook_id = delivery.hook_id and older.order_key = delivery.order_key
          and older.state = 'waiting' and older.seq < delivery.seq)
    order by row_number() over (partition by hook_id order by seq), seq
    limit @limit`),

  // An attempt counts from here on: whether the target heard of it is unknown until it is settled.
  lease: database.prepare<Owned & { nowMs: number; leaseUntilMs: number }>(`
    update delivery
    set lease = @lease, lease_until_ms = @leaseUntilMs, attempts = attempts + 1, certainty = 'ambiguous',
        first_sent_at_ms = coalesce(first_sent_at_ms, @nowMs)
    where id = @id`),

  hookOf: database.prepare<Owned, { hook_id: string }>(`
    select hook_id from delivery where id = @id and lease = @lease and state = 'waiting'`),

  settle: database.prepare<
    Owned & { state: string; nowMs: number; certainty: Certainty | null; reason: string | null }
  >(`
    update delivery
    set state = @state, settled_at_ms = @nowMs, certainty = @certainty, reason = @reason,
        lease = null, lease_until_ms = null
    where id = @id and lease = @lease`),

  putBack: database.prepare<Owned & { certainty: Certainty; reason: string }>(`
    update delivery set certainty = @certainty, reason = @reason, lease = null, lease_until_ms = null
    where id = @id and lease = @lease`),

  farewells: database.prepare<{ limit: number }, Farewell>(`
    update hook set farewell = 'sent'
    where id in (select id from hook where farewell = 'due' limit @limit)
    returning id as hookId, sealed_target as sealedTarget, ended_reason as reason`),

  nextDue: database.prepare<[], { due_at_ms: number | null }>(`
    select min(max(hook.resume_at_ms, coalesce(delivery.lease_until_ms, 0))) as due_at_ms
    from hook join delivery on delivery.seq in (
      select seq from delivery as first where first.hook_id = hook.id and first.state = 'waiting' order by seq limit 1)
    where hook.ended_at_ms is null`),
});

const prepareHookStatements = (database: Database) => ({
  noteSuccess: database.prepare<{ hookId: string }>('update hook set failing_since_ms = null where id = @hookId'),

  noteFailure: database.prepare<{ hookId: string; nowMs: number }, { failing_since_ms: number }>(`
    update hook set failing_since_ms = coalesce(failing_since_ms, @nowMs) where id = @hookId
    returning failing_since_ms`),

  pause: database.prepare<{ hookId: string; resumeAtMs: number }>(`
    update hook set resume_at_ms = max(resume_at_ms, @resumeAtMs) where id = @hookId`),
});

/** Which delivery is sent when, and what became of it. */
export const createDeliveryWork = (
  database: Database,
  clock: () => number,
): Pick<WorkStore, 'claimDeliveries' | 'settle' | 'claimFarewells' | 'msUntilDelivery'> => {
  const delivery = prepareDeliveryStatements(database);
  const hook = prepareHookStatements(database);
  const endHook = createEndHook(database);

  const claim = database.transaction((limit: number, perHook: number, leaseMs: number): DeliveryClaim[] => {
    const nowMs = clock();
    return delivery.due.all({ nowMs, limit, perHook }).map((row) => {
      const lease = randomUUID();
      delivery.lease.run({ id: row.id, lease, nowMs, leaseUntilMs: nowMs + leaseMs });
      return {
        id: row.id,
        hookId: row.hook_id,
        lease,
        sealedTarget: row.sealed_target,
        sealedSecret: row.sealed_secret,
        body: row.body,
        attempt: row.attempts + 1,
        ageMs: row.first_sent_at_ms === null ? 0 : nowMs - row.first_sent_at_ms,
      };
    });
  });

  const end = (hookId: string, reason: 'gone' | 'failing', nowMs: number): SettleOutcome => {
    endHook(hookId, reason, nowMs);
    return { kind: 'ended', reason };
  };

  const settle = database.transaction(({ id, lease, outcome }: Settlement): SettleOutcome => {
    const nowMs = clock();
    const row = delivery.hookOf.get({ id, lease });
    if (row === undefined) return { kind: 'lease lost' };
    const hookId = row.hook_id;
    switch (outcome.kind) {
      case 'delivered':
        delivery.settle.run({ id, lease, state: 'delivered', nowMs, certainty: null, reason: null });
        hook.noteSuccess.run({ hookId });
        return { kind: 'settled' };
      case 'gone':
        delivery.settle.run({ id, lease, state: 'dropped', nowMs, certainty: 'refused', reason: 'the target is gone' });
        return end(hookId, 'gone', nowMs);
      case 'retry':
        delivery.putBack.run({ id, lease, certainty: outcome.certainty, reason: outcome.reason });
        hook.pause.run({ hookId, resumeAtMs: nowMs + outcome.afterMs });
        break;
      case 'dead':
        delivery.settle.run({ id, lease, state: 'dead', nowMs, certainty: outcome.certainty, reason: outcome.reason });
        break;
      default:
        outcome satisfies never;
    }
    const failingSinceMs = hook.noteFailure.get({ hookId, nowMs })?.failing_since_ms ?? nowMs;
    return nowMs - failingSinceMs >= patienceMs ? end(hookId, 'failing', nowMs) : { kind: 'settled' };
  });

  return {
    async claimDeliveries({ limit, perHook, leaseMs }) {
      return claim.immediate(limit, perHook, leaseMs);
    },
    async settle(settlement) {
      return settle.immediate(settlement);
    },
    async claimFarewells(limit) {
      return delivery.farewells.all({ limit });
    },
    async msUntilDelivery() {
      const dueAtMs = delivery.nextDue.get()?.due_at_ms ?? undefined;
      return dueAtMs === undefined ? undefined : Math.max(0, dueAtMs - clock());
    },
  };
};
