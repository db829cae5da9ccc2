import type {
  Certainty,
  DeliveryClaim,
  DeliveryOutcome,
  Farewell,
  Settlement,
  SettleOutcome,
  WorkStore,
} from '../work-store.ts';
import type { Database, Run, Transaction } from './database.ts';
import { endHook } from './end-hook.ts';
import { sql } from './sql.ts';

type ClaimRow = {
  id: string;
  hook_id: string;
  lease: string;
  sealed_target: string;
  sealed_secret: string;
  body: string;
  attempts: number;
  age_ms: number;
};

const readClaim = (row: ClaimRow): DeliveryClaim => ({
  id: row.id,
  hookId: row.hook_id,
  lease: row.lease,
  sealedTarget: row.sealed_target,
  sealedSecret: row.sealed_secret,
  body: row.body,
  attempt: row.attempts,
  ageMs: row.age_ms,
});

/** A hook that has failed for this long without one success is ended. */
const patienceMs = 3 * 24 * 3600 * 1000;

type Held = Pick<Settlement, 'id' | 'lease'>;

/** One statement, as nearly every delivery ends like this. */
const noteDelivered = async (run: Run, { id, lease }: Held): Promise<SettleOutcome> => {
  const settled = await run.rows(sql`
    with settled as (
      update delivery
      set state = 'delivered', settled_at_ms = now_ms(), certainty = null, reason = null,
          lease = null, lease_until_ms = null
      where id = ${id} and lease = ${lease} and state = 'waiting'
      returning hook_id),
    success as (
      update hook set failing_since_ms = null
      from settled where hook.id = settled.hook_id and failing_since_ms is not null)
    select hook_id from settled`);
  return { kind: settled.length > 0 ? 'settled' : 'lease lost' };
};

type Failed = Held & { state: 'waiting' | 'dead' | 'dropped'; certainty: Certainty; reason: string };

const putBack = async (run: Transaction, { id, lease, state, certainty, reason }: Failed): Promise<void> => {
  const settledAtMs = state === 'waiting' ? null : run.nowMs;
  await run.change(sql`
    update delivery
    set state = ${state}, settled_at_ms = ${settledAtMs}, certainty = ${certainty}, reason = ${reason},
        lease = null, lease_until_ms = null
    where id = ${id} and lease = ${lease}`);
};

/** Locks the workspace and the hook of a delivery, in this order. Answers undefined when the lease is no longer ours. */
const lockHook = async (run: Run, { id, lease }: Held): Promise<string | undefined> => {
  await run.first(sql`
    select 1 from workspace where organization_id = (select organization_id from delivery where id = ${id})
    for no key update`);
  await run.first(sql`
    select 1 from hook where id = (select hook_id from delivery where id = ${id}) for no key update`);
  const held = await run.first<{ hook_id: string }>(sql`
    select hook_id from delivery where id = ${id} and lease = ${lease} and state = 'waiting'`);
  return held?.hook_id;
};

const end = async (run: Transaction, hookId: string, reason: 'gone' | 'failing'): Promise<SettleOutcome> => {
  await endHook(run, hookId, reason);
  return { kind: 'ended', reason };
};

const noteFailure = async (run: Transaction, hookId: string): Promise<SettleOutcome> => {
  const noted = await run.first<{ failing_since_ms: number }>(sql`
    update hook set failing_since_ms = coalesce(failing_since_ms, ${run.nowMs}) where id = ${hookId}
    returning failing_since_ms`);
  const failingSinceMs = noted?.failing_since_ms ?? run.nowMs;
  return run.nowMs - failingSinceMs >= patienceMs ? end(run, hookId, 'failing') : { kind: 'settled' };
};

type Failure = Exclude<DeliveryOutcome, { kind: 'delivered' }>;

const settleFailure = async (run: Transaction, held: Held, outcome: Failure): Promise<SettleOutcome> => {
  const hookId = await lockHook(run, held);
  if (hookId === undefined) return { kind: 'lease lost' };
  switch (outcome.kind) {
    case 'gone':
      await putBack(run, { ...held, state: 'dropped', certainty: 'refused', reason: 'the target is gone' });
      return end(run, hookId, 'gone');
    case 'retry':
      await putBack(run, { ...held, ...outcome, state: 'waiting' });
      await run.change(sql`
        update hook set resume_at_ms = greatest(resume_at_ms, ${run.nowMs + Math.round(outcome.afterMs)})
        where id = ${hookId}`);
      return noteFailure(run, hookId);
    case 'dead':
      await putBack(run, { ...held, ...outcome, state: 'dead' });
      return noteFailure(run, hookId);
  }
};

/** Which delivery is sent when, and what became of it. */
export const createDeliveryWork = (
  database: Database,
): Pick<WorkStore, 'claimDeliveries' | 'settle' | 'claimFarewells' | 'msUntilDelivery'> => ({
  // Of each hook only its first deliveries are looked at, so that a long queue costs no more than a short one. What
  // another process took meanwhile is passed over, or fails the second look that follows the lock. An attempt counts from
  // here on: whether the target heard of it is unknown until it is settled.
  async claimDeliveries({ limit, perHook, leaseMs }) {
    const rows = await database.rows<ClaimRow>(sql`
      with clock as materialized (select now_ms() as now_ms),
      due as materialized (
        select first.seq, hook.sealed_target, hook.sealed_secret,
               row_number() over (partition by hook.id order by first.seq) as place
        from hook
        cross join lateral (
          select seq, order_key, lease, lease_until_ms from delivery
          where delivery.hook_id = hook.id and delivery.state = 'waiting'
          order by seq
          limit ${perHook}) as first
        where hook.ended_at_ms is null
          and hook.resume_at_ms <= (select now_ms from clock)
          and (first.lease is null or first.lease_until_ms <= (select now_ms from clock))
          and not exists (
            select 1 from delivery as older
            where older.hook_id = hook.id and older.order_key = first.order_key
              and older.state = 'waiting' and older.seq < first.seq)
        order by place, first.seq
        limit ${limit}),
      taken as materialized (
        select delivery.seq from delivery
        where delivery.seq in (select seq from due)
          and delivery.state = 'waiting'
          and (delivery.lease is null or delivery.lease_until_ms <= (select now_ms from clock))
        for update skip locked),
      leased as (
        update delivery
        set lease = gen_random_uuid()::text, lease_until_ms = now_ms + ${leaseMs}, attempts = attempts + 1,
            certainty = 'ambiguous', first_sent_at_ms = coalesce(first_sent_at_ms, now_ms)
        from taken, clock
        where delivery.seq = taken.seq
        returning delivery.seq, id, hook_id, lease, body, attempts, now_ms - first_sent_at_ms as age_ms)
      select leased.*, sealed_target, sealed_secret from leased join due using (seq)
      order by place, seq`);
    return rows.map(readClaim);
  },

  async settle({ id, lease, outcome }) {
    if (outcome.kind === 'delivered') return noteDelivered(database, { id, lease });
    return database.transaction((run) => settleFailure(run, { id, lease }, outcome));
  },

  claimFarewells: (limit) =>
    database.rows<Farewell>(sql`
      update hook set farewell = 'sent'
      where id in (select id from hook where farewell = 'due' limit ${limit} for no key update skip locked)
      returning id as "hookId", sealed_target as "sealedTarget", ended_reason as reason`),

  async msUntilDelivery() {
    const next = await database.first<{ due_in_ms: number | null }>(sql`
      select min(greatest(hook.resume_at_ms, coalesce(first.lease_until_ms, 0))) - now_ms() as due_in_ms
      from hook
      cross join lateral (
        select lease_until_ms from delivery
        where delivery.hook_id = hook.id and delivery.state = 'waiting'
        order by seq
        limit 1) as first
      where hook.ended_at_ms is null`);
    const dueInMs = next?.due_in_ms ?? undefined;
    return dueInMs === undefined ? undefined : Math.max(0, dueInMs);
  },
});
