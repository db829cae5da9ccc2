import type { Run, Transaction } from '../database.ts';
import type { DueOptions } from '../driver.ts';
import { isLeased } from '../lease-owner.ts';
import type { DueDelivery } from '../rows/due-delivery.ts';
import { type Statement, sql, tableOf } from '../sql.ts';

type Moment = { nowMs: number } & Omit<DueOptions, 'limit'>;

/** The hooks for which something waits, found by one step in the index for each, however much that is. */
const everyHook = sql`
  select min(hook_id) from delivery where state = 'waiting'
  union all
  select (select min(hook_id) from delivery where state = 'waiting' and hook_id > busy.hook_id)
  from busy where busy.hook_id is not null`;

const theseHooks = (hookIds: readonly string[]): Statement =>
  sql`select id from ${tableOf('told', hookIds, { id: ['text', (hookId) => hookId] })}`;

// Of each hook that is not resting only the first deliveries are looked at, so that a long queue costs no more than a short one; whatever a
// delivery has to wait for, an older one of its sequence, is among them too. What is under way comes first in a hook's
// turns, and uses them up; a hook that failed is tried with what was tried least.
const turns = ({ nowMs, perHook, lost, hookIds }: Moment): Statement => sql`
  with recursive busy (hook_id) as (${hookIds === undefined ? everyHook : theseHooks(hookIds)}),
  first as (
    select delivery.seq, hook.id as hook_id, hook.organization_id, paced_until_ms,
           ${isLeased(nowMs, 'delivery.id', lost)} as is_leased,
           lease_until_ms,
           iif(failures = 0, 0, attempts) as tries,
           iif(failures = 0, ${perHook}, 1) as share,
           row_number() over (partition by hook.id, order_key order by delivery.seq) as place
    from busy
      join hook on hook.id = busy.hook_id and ended_at_ms is null and resume_at_ms <= ${nowMs}
      join delivery on delivery.seq in (
        select seq from delivery as queued where queued.hook_id = hook.id and queued.state = 'waiting'
        order by seq limit 2 * ${perHook})
  ),
  turn as (
    select seq, organization_id, paced_until_ms, is_leased, share,
           row_number() over (partition by hook_id order by is_leased desc, tries, seq) as number
    from first where place = 1
  )`;

/** What may be claimed now: in each round one delivery of each organization, in the order of its hooks' turns. */
export const dueDeliveries = (moment: Moment, limit: number): Statement => sql`
  ${turns(moment)}
  select delivery.seq, delivery.id, hook_id, hook.organization_id, pace_key, hook.paced_until_ms, failures, sealed_target, sealed_secret,
         coalesce(sent_body.body, delivery.body) as body, is_manual, attempts, first_sent_at_ms
  from (
    select seq, number, paced_until_ms,
           row_number() over (partition by organization_id order by number, paced_until_ms, seq) as round
    from turn where not is_leased and number <= share
    order by round, number, paced_until_ms, seq
    limit ${limit}
  ) as chosen
    -- In this order: SQLite would rather begin with the whole table.
    cross join delivery using (seq)
    cross join hook on hook.id = hook_id
    left join sent_body on sent_body.id = body_id
  order by round, number, chosen.paced_until_ms, chosen.seq`;

export const readDueDeliveries = (run: Transaction, { limit, ...options }: DueOptions): Promise<DueDelivery[]> =>
  run.rows<DueDelivery>(dueDeliveries({ nowMs: run.nowMs, ...options }, limit));

/** When the next delivery can be claimed or an end notice is due; null when none is waiting. */
export const readNextDue = async (run: Run, moment: Moment): Promise<number | null> => {
  const { nowMs } = moment;
  const next = await run.first<{ due_at_ms: number | null }>(sql`
    ${turns(moment)}
    select min(at_ms) as due_at_ms
    from (
      select ${nowMs} as at_ms where exists (select 1 from turn where not is_leased and number <= share)
      union all
      select min(lease_until_ms) from first where is_leased and lease_until_ms > ${nowMs}
      union all
      select min(resume_at_ms) from busy join hook on hook.id = busy.hook_id
      where ended_at_ms is null and resume_at_ms > ${nowMs}
      union all
      select min(farewell_at_ms) from hook where farewell = 'due'
    )`);
  return next?.due_at_ms ?? null;
};
