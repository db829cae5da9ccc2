import type { Transaction } from '../database.ts';
import { choiceLifeMs, choicesKeptMs } from '../rules.ts';
import { oneOf, phrase, type Statement, sql } from '../sql.ts';
import type { RemoveOutcome, Retention } from '../work-store.ts';
import { failOldChoices, removeSettledChoices, removeUnusedTurns } from './choices.ts';
import { renewChore } from './chores.ts';
import { removeUnusedFacts } from './facts-in-use.ts';
import { removeHandOvers } from './hand-overs.ts';
import { releaseBodies } from './sent-bodies.ts';
import { forgetUnwatched } from './watching.ts';

/** Removes these deliveries, and the texts that only they sent. */
const removeDeliveries = async (run: Transaction, chosen: Statement): Promise<number> => {
  const removed = await run.rows<{ body_id: string | null }>(sql`
    delete from delivery where seq in (${chosen}) returning body_id`);
  await releaseBodies(
    run,
    removed.flatMap(({ body_id }) => body_id ?? []),
  );
  return removed.length;
};

const removeSettledDeliveries = (run: Transaction, beforeMs: number, limit: number) =>
  removeDeliveries(
    run,
    sql`
      select seq from delivery where state in ('delivered', 'dropped') and settled_at_ms < ${beforeMs}
      order by settled_at_ms limit ${limit}`,
  );

const removeDeadDeliveries = (run: Transaction, beforeMs: number, limit: number) =>
  removeDeliveries(
    run,
    sql`
      select seq from delivery where state = 'dead' and settled_at_ms < ${beforeMs}
      order by settled_at_ms limit ${limit}`,
  );

const removeEvents = (run: Transaction, beforeMs: number, limit: number) =>
  run.change(sql`
    delete from event where seq in (
      select seq from event where body is not null and detected_at_ms < ${beforeMs}
      order by detected_at_ms limit ${limit})`);

const removeHooks = async (run: Transaction, beforeMs: number, limit: number): Promise<number> => {
  const expired = await run.rows<{ id: string }>(sql`
    select id from hook
    where ended_at_ms < ${beforeMs} and farewell is distinct from 'due'
      and not exists (select 1 from delivery where hook_id = hook.id)
    order by ended_at_ms limit ${limit}`);
  const ids = expired.map(({ id }) => id);
  await run.change(sql`delete from hook_version where hook_id ${oneOf(ids)}`);
  return run.change(sql`delete from hook where id ${oneOf(ids)}`);
};

const removePollSpans = (run: Transaction, beforeMs: number, limit: number) =>
  run.change(sql`
    delete from poll_span where (organization_id, from_ms) in (
      select organization_id, from_ms from poll_span where from_ms < ${beforeMs} and last_minute_ms < ${beforeMs}
      order by from_ms limit ${limit})`);

const removeSpentRateLimits = (run: Transaction, beforeMs: number, limit: number) =>
  run.change(sql`
    delete from pace where pace_key in (
      select pace_key from pace where paced_until_ms < ${beforeMs} limit ${limit} ${phrase('lock free rows')})`);

/** A task that has been closed for long keeps what the detector needs. */
const forgetClosedTasks = (run: Transaction, beforeMs: number, limit: number) =>
  run.change(sql`
    update snapshot set task = null, task_type = null, priority = null, status = null
    where (organization_id, task_id) in (
      select organization_id, task_id from snapshot
      where not is_open and task is not null and updated_at_us < ${beforeMs * 1000}
      order by updated_at_us limit ${limit})`);

type RemoveOptions = { lease: string; leaseMs: number; retention: Retention; limit: number };

/** Removes up to `limit` rows that were kept for long enough, and renews the lease. */
export const removeExpired = async (run: Transaction, options: RemoveOptions): Promise<RemoveOutcome> => {
  const { lease, leaseMs, retention, limit } = options;
  if (!(await renewChore(run, 'clean-up', { lease, leaseMs }))) return { kind: 'lease lost' };
  const steps = [
    { step: removeSettledDeliveries, keptMs: retention.deliveryMs },
    { step: removeDeadDeliveries, keptMs: retention.deadDeliveryMs },
    { step: removeEvents, keptMs: retention.eventMs },
    { step: removeHooks, keptMs: retention.hookMs },
    { step: removePollSpans, keptMs: retention.eventMs },
    { step: removeHandOvers, keptMs: retention.eventMs },
    { step: removeSpentRateLimits, keptMs: 0 },
    { step: forgetClosedTasks, keptMs: retention.eventMs },
    { step: failOldChoices, keptMs: choiceLifeMs },
    { step: removeSettledChoices, keptMs: choicesKeptMs },
    { step: removeUnusedTurns, keptMs: retention.eventMs },
  ];
  let count = 0;
  for (const { step, keptMs } of steps) {
    if (count >= limit) break;
    count += await step(run, run.nowMs - keptMs, limit - count);
  }
  if (count >= limit) return { kind: 'removed', count };
  const beforeMs = run.nowMs - retention.eventMs;
  const unwatched = await forgetUnwatched(run, beforeMs, limit - count);
  const unused = unwatched.goesOn ? unwatched : await removeUnusedFacts(run, beforeMs, limit - count);
  const removed = count + unwatched.removed + (unwatched.goesOn ? 0 : unused.removed);
  return { kind: 'removed', count: removed, ...(unused.goesOn ? { goesOn: true } : {}) };
};
