import type { Certainty } from '../../../contract/delivery.ts';
import type { Database, Settling, Transaction } from '../database.ts';
import { writeAttempt } from '../rows/attempts.ts';
import { attemptsKept, failureEndsHookMs } from '../rules.ts';
import { oneOf, phrase, type Statement, sql, tableOf } from '../sql.ts';
import type { Settlement, SettleOutcome } from '../work-store.ts';
import { endHook } from './end-hook.ts';
import { lockWorkspaces } from './workspaces.ts';

type Held = Pick<Settlement, 'id' | 'lease'>;
type HeldRow = { hook_id: string; last_sent_at_ms: number };

type Failed = Pick<Settlement, 'id' | 'lease' | 'outcome' | 'took'> & {
  state: 'dead' | 'dropped' | 'unchanged';
  certainty: Certainty;
  reason: string;
};

const isDelivered = ({ outcome }: Settlement): boolean => outcome.kind === 'delivered';

/** Adds an attempt to those of its delivery. `ending` is what `writeAttempt` made of it. */
const withAttempt = (ending: Statement): Statement =>
  sql`coalesce(tries || ',', '') || '[' || attempts || ',' || last_sent_at_ms || ',' || ${ending}`;

type DeliveredRow = { id: string; hook_id: string; had_failed: number | boolean; has_more: number | boolean };

const settledOf = (row: DeliveredRow | undefined): SettleOutcome => {
  if (row === undefined) return { kind: 'lease lost' };
  return row.has_more ? { kind: 'settled', hasMore: true } : { kind: 'settled' };
};

/**
 * Nearly every delivery ends like this: one statement for all that come together, and another one where hooks had failed.
 * It needs no transaction: should the second be lost, the next success does it.
 */
const markDelivered = async ({ proof, ...run }: Settling, held: readonly Settlement[]): Promise<SettleOutcome[]> => {
  const rows = await run.rows<DeliveredRow>(sql`
    update delivery
    set state = 'delivered', settled_at_ms = (select now_ms()), certainty = null, reason = null,
        lease = null, lease_until_ms = null, status = answered, tries = ${withAttempt(sql`attempt`)}
    from ${tableOf('ours', held, {
      held_id: ['text', ({ id }) => id],
      held_lease: ['text', ({ lease }) => lease],
      answered: ['bigint', ({ took }) => took?.status ?? null],
      attempt: ['text', writeAttempt],
    })}
    where id = held_id and lease = held_lease and state in ('waiting', 'dropped') and ${proof}
    returning id, hook_id, (
      select failing_since_ms is not null or failures > 0 from hook where hook.id = delivery.hook_id) as had_failed,
      -- From the end of the queue: at its front PostgreSQL still has what was settled just now.
      (
        select next.seq from delivery as next
        where next.hook_id = delivery.hook_id and next.state = 'waiting' and next.seq <> delivery.seq
        order by ${phrase('place in queue')} desc limit 1) is not null as has_more`);
  const recovered = new Set(rows.filter(({ had_failed }) => had_failed).map(({ hook_id }) => hook_id));
  if (recovered.size > 0) {
    await run.change(sql`
      update hook set failing_since_ms = null, failures = 0 where id ${oneOf([...recovered])} and ${proof}`);
  }
  const settled = new Map(rows.map((row) => [row.id, row]));
  return held.map(({ id }) => settledOf(settled.get(id)));
};

/** What was dropped while it was under way stays dropped, and keeps the reason. */
const recordFailure = async (run: Transaction, failed: Failed): Promise<void> => {
  const { id, lease, state, certainty, reason, took } = failed;
  const ended = state === 'unchanged' ? sql`` : sql`state = ${state}, settled_at_ms = ${run.nowMs},`;
  const kept = state === 'unchanged' ? sql`case when state = 'dropped' then reason else ${reason} end` : sql`${reason}`;
  const isKept = state === 'unchanged' ? sql`attempts < ${attemptsKept}` : sql`true`;
  await run.change(sql`
    update delivery
    set ${ended} reason = ${kept}, certainty = ${certainty}, lease = null, lease_until_ms = null,
        status = ${took?.status ?? null},
        tries = case when ${isKept} then ${withAttempt(sql`cast(${writeAttempt(failed)} as text)`)} else tries end
    where id = ${id} and lease = ${lease}`);
};

/** Locks the hook of a delivery. Returns undefined when the lease is no longer ours. */
const lockHook = async (run: Transaction, { id, lease }: Held): Promise<HeldRow | undefined> => {
  await run.first(sql`
    select 1 as locked from hook where id = (select hook_id from delivery where id = ${id}) ${phrase('lock')}`);
  return run.first<HeldRow>(sql`
    select hook_id, last_sent_at_ms from delivery
    where id = ${id} and lease = ${lease} and state in ('waiting', 'dropped')
    ${phrase('lock')}`);
};

const end = async (run: Transaction, hookId: string, reason: 'gone' | 'failing'): Promise<SettleOutcome> => {
  await endHook(run, hookId, reason);
  return { kind: 'ended', reason };
};

/** Attempts that began before a failure was known are counted with it. */
const countFailure = async (run: Transaction, row: HeldRow, afterMs: number): Promise<SettleOutcome> => {
  const { hook_id: hookId, last_sent_at_ms: sentAtMs } = row;
  const noted = await run.first<{ failing_since_ms: number }>(sql`
    update hook
    set failing_since_ms = coalesce(failing_since_ms, ${run.nowMs}),
        failures = case when failed_at_ms >= ${sentAtMs} then failures else failures + 1 end,
        failed_at_ms = case when failed_at_ms >= ${sentAtMs} then failed_at_ms else ${run.nowMs} end,
        resume_at_ms = greatest(resume_at_ms, ${run.nowMs + Math.round(afterMs)})
    where id = ${hookId}
    returning failing_since_ms`);
  const sinceMs = noted?.failing_since_ms ?? run.nowMs;
  return run.nowMs - sinceMs >= failureEndsHookMs ? end(run, hookId, 'failing') : { kind: 'settled' };
};

const settleOne = async (run: Transaction, held: Settlement): Promise<SettleOutcome> => {
  const { outcome } = held;
  const row = await lockHook(run, held);
  if (row === undefined) return { kind: 'lease lost' };
  switch (outcome.kind) {
    case 'delivered':
      return (await markDelivered({ ...run, proof: sql`true` }, [held]))[0] ?? { kind: 'lease lost' };
    case 'gone':
      await recordFailure(run, { ...held, state: 'dropped', certainty: 'refused', reason: 'the target is gone' });
      return end(run, row.hook_id, 'gone');
    case 'retry':
      await recordFailure(run, { ...held, ...outcome, state: 'unchanged' });
      return countFailure(run, row, outcome.afterMs);
    case 'dead':
      await recordFailure(run, { ...held, ...outcome, state: 'dead' });
      return countFailure(run, row, outcome.afterMs);
  }
};

/** Failures may end hooks, for which their workspaces must be locked: all of them first, as everybody does. */
const lockFor = async (run: Transaction, failed: readonly Settlement[]): Promise<void> => {
  const rows = await run.rows<{ organization_id: string }>(sql`
    select distinct organization_id from delivery where id ${oneOf(failed.map(({ id }) => id))}`);
  await lockWorkspaces(
    run,
    rows.map(({ organization_id }) => organization_id),
  );
};

const settleInTurn = async (run: Transaction, settlements: readonly Settlement[]): Promise<SettleOutcome[]> => {
  await lockFor(
    run,
    settlements.filter((settlement) => !isDelivered(settlement)),
  );
  const outcomes: SettleOutcome[] = [];
  // One after the other, since it counts for a hook what came last.
  for (const settlement of settlements) outcomes.push(await settleOne(run, settlement));
  return outcomes;
};

/** Writes down what became of attempts whose leases are still ours. Returns one outcome for each, in their order. */
export const settle = async (database: Database, settlements: readonly Settlement[]): Promise<SettleOutcome[]> => {
  if (settlements.length === 0) return [];
  return settlements.every(isDelivered)
    ? markDelivered(database.settling, settlements)
    : database.transaction((run) => settleInTurn(run, settlements), 'settling');
};
