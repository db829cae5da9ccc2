import type { Run, Transaction } from '../database.ts';
import type { DueOptions } from '../driver.ts';
import { isLeased } from '../lease-owner.ts';
import type { DueDelivery } from '../rows/due-delivery.ts';
import { oneOf, phrase, type Statement, sql, tableOf } from '../sql.ts';

type Moment = { nowMs: number } & Omit<DueOptions, 'limit' | 'hookIds'>;

/** The hooks for which something waits, found by one step in the index for each, however much that is. */
const everyHook = sql`
  (select hook_id from delivery where state = 'waiting' order by hook_id limit 1)
  union all
  select (
    select hook_id from delivery where state = 'waiting' and hook_id > busy.hook_id order by hook_id limit 1)
  from busy where busy.hook_id is not null`;

const theseHooks = (hookIds: readonly string[]): Statement =>
  sql`select id from ${tableOf('locked', hookIds, { id: ['text', (hookId) => hookId] })}`;

// Of each hook that is not resting only the first deliveries are looked at, so that a long queue costs no more than a
// short one; whatever a delivery has to wait for, an older one of its sequence, is among them too. What is under way comes
// first in a hook's turns, and uses them up; a hook that failed is tried with what was tried least.
const turns = (hooks: Statement, { nowMs, perHook, lost }: Moment): Statement => sql`
  with recursive busy (hook_id) as (${hooks}),
  first as (
    select queued.seq, hook.id as hook_id, hook.organization_id, paced_until_ms, queued.is_leased, lease_until_ms,
           case when failures = 0 then 0 else queued.attempts end as tries,
           case when failures = 0 then ${perHook}::integer else 1 end as share,
           row_number() over (partition by hook.id, queued.order_key order by queued.seq) as place
    from busy
      join hook on hook.id = busy.hook_id and ended_at_ms is null and resume_at_ms <= ${nowMs}
      cross join lateral (
        select seq, order_key, attempts, lease_until_ms,
               ${isLeased(nowMs, 'id', lost)} as is_leased
        from delivery
        where delivery.hook_id = busy.hook_id and delivery.state = 'waiting'
        order by ${phrase('place in queue')}
        limit 2 * ${perHook}::integer) as queued
  ),
  turn as (
    select seq, hook_id, organization_id, paced_until_ms, is_leased, share,
           row_number() over (partition by hook_id order by is_leased desc, tries, seq) as number
    from first where place = 1
  )`;

/** So many hooks are chosen from at once. When more are busy chance decides, so that none is passed over for long. */
const mostHooks = 1_000;

/** Locks the hooks that may have something due; those that another process is choosing from are passed over. */
export const dueHooks = (nowMs: number): Statement => sql`
  with recursive busy (hook_id) as (${everyHook})
  select id from hook
  where id in (select hook_id from busy) and ended_at_ms is null and resume_at_ms <= ${nowMs}
  order by random()
  limit ${mostHooks}
  ${phrase('lock free rows')}`;

/** Locks those of these hooks that may have something due, and that no other process is choosing from. */
const freeHooks = (nowMs: number, hookIds: readonly string[]): Statement => sql`
  select id from hook
  where id ${oneOf(hookIds)} and ended_at_ms is null and resume_at_ms <= ${nowMs}
  order by id
  ${phrase('lock free rows')}`;

/**
 * What may be claimed of these hooks, which must be locked: in each round one delivery of each organization, in the order of
 * its hooks' turns.
 */
export const dueDeliveries = (hookIds: readonly string[], moment: Moment, limit: number): Statement => sql`
  ${turns(theseHooks(hookIds), moment)},
  chosen as materialized (
    select seq, number, paced_until_ms,
           row_number() over (partition by organization_id order by number, paced_until_ms, seq) as round
    from turn where not is_leased and number <= share
    order by round, number, paced_until_ms, seq
    limit ${limit})
  select delivery.seq, delivery.id, hook.id as hook_id, hook.organization_id, pace_key, hook.paced_until_ms, failures, sealed_target,
         sealed_secret, coalesce(sent_body.body, delivery.body) as body, is_manual, attempts, first_sent_at_ms
  from chosen join delivery using (seq) join hook on hook.id = delivery.hook_id
    left join sent_body on sent_body.id = delivery.body_id
  order by round, number, chosen.paced_until_ms, seq`;

/** Which of its deliveries a hook may have under way is decided by one process at a time: the one that locked the hook. */
export const readDueDeliveries = async (
  run: Transaction,
  { limit, hookIds: wanted, ...options }: DueOptions,
): Promise<DueDelivery[]> => {
  const { nowMs } = run;
  const locked = await run.rows<{ id: string }>(wanted === undefined ? dueHooks(nowMs) : freeHooks(nowMs, wanted));
  if (locked.length === 0) return [];
  const hookIds = locked.map(({ id }) => id);
  return run.rows<DueDelivery>(dueDeliveries(hookIds, { nowMs, ...options }, limit));
};

/** When the next delivery can be claimed or an end notice is due; null when none is waiting. */
export const readNextDue = async (run: Run, moment: Moment): Promise<number | null> => {
  const { nowMs } = moment;
  const next = await run.first<{ due_at_ms: number | null }>(sql`
    ${turns(everyHook, moment)}
    select min(at_ms) as due_at_ms
    from (
      select ${nowMs}::bigint as at_ms where exists (select 1 from turn where not is_leased and number <= share)
      union all
      select min(lease_until_ms) from first where is_leased and lease_until_ms > ${nowMs}
      union all
      select min(resume_at_ms) from busy join hook on hook.id = busy.hook_id
      where ended_at_ms is null and resume_at_ms > ${nowMs}
      union all
      select min(farewell_at_ms) from hook where farewell = 'due') as moments`);
  return next?.due_at_ms ?? null;
};
