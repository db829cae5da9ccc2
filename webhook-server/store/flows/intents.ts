import type { Transaction } from '../database.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import { intentsKeptMs, writeTakesMs } from '../rules.ts';
import { oneOf, type Statement, sql, tableOf } from '../sql.ts';
import type { IntentSettled, NewIntent } from '../tenant-store.ts';
import { pollSoon } from './look-soon.ts';
import { lockWorkspaces } from './workspaces.ts';

/** Old intents are deleted this many at a time, so that no call waits for a day's. */
const mostForgotten = 1_000;

/** Notes what callers say they are about to do, and lets the detector look for it. */
export const announceIntents = async (
  run: Transaction,
  organizationId: string,
  intents: readonly NewIntent[],
  quotas: Quotas,
): Promise<void> => {
  // Whose task is new to the snapshot meanwhile gets its sequence run from there.
  await lockWorkspaces(run, [organizationId]);
  await pollSoon(run, organizationId, writeTakesMs);
  const sinceMs = run.nowMs - intentsKeptMs;
  await run.change(sql`
    delete from intent where id in (
      select id from intent where organization_id = ${organizationId} and created_at_ms < ${sinceMs}
      order by created_at_ms limit ${mostForgotten})`);
  const { count = 0 } =
    (await run.first<{ count: number }>(sql`
      select count(*) as count from intent
      where organization_id = ${organizationId} and created_at_ms >= ${sinceMs}`)) ?? {};
  if (count + intents.length > quotas.intents) throw new QuotaReached('intents', quotas.intents);
  await run.change(sql`
    insert into intent (id, organization_id, task_id, sequence_id, assignee_user_id, scope, created_at_ms)
    select announced.id, ${organizationId}, announced.task_id, snapshot.sequence_id, announced.assignee_user_id,
           announced.scope, cast(${run.nowMs} as bigint)
    from ${tableOf('announced', intents, {
      id: ['text', ({ id }) => id],
      task_id: ['text', ({ task_id }) => task_id],
      assignee_user_id: ['text', ({ assignee_user_id }) => assignee_user_id],
      scope: ['text', ({ scope }) => scope],
    })}
    left join snapshot on snapshot.organization_id = ${organizationId} and snapshot.task_id = announced.task_id`);
};

/** “is true” keeps SQLite from looking through all intents of the organization instead of a few ids. */
const isOf = (organizationId: string): Statement => sql`(intent.organization_id = ${organizationId}) is true`;

/**
 * Notes how intents came out; only an open one changes, and of several settlements of one intent the first counts.
 * Returns the ids of which there is no such intent.
 */
export const settleIntents = async (
  run: Transaction,
  organizationId: string,
  settlements: readonly IntentSettled[],
): Promise<string[]> => {
  const firstOf = new Map(settlements.toReversed().map((settlement) => [settlement.id, settlement]));
  const distinct = [...firstOf.values()];
  const settled = await run.rows<{ state: string }>(sql`
    update intent
    set state = came_out.outcome, updated_at_us = came_out.answered_us, settled_at_ms = ${run.nowMs},
        closed_at_ms = case when came_out.outcome = 'failed' then cast(${run.nowMs} as bigint) end
    from ${tableOf('came_out', distinct, {
      intent_id: ['text', ({ id }) => id],
      outcome: ['text', ({ state }) => state],
      answered_us: ['bigint', ({ updatedAtUs }) => updatedAtUs],
    })}
    where intent.id = intent_id and ${isOf(organizationId)} and intent.state = 'open'
    returning intent.state`);
  if (settled.some(({ state }) => state === 'done')) await pollSoon(run, organizationId, 0);
  else run.announce('poll');
  const rows = await run.rows<{ id: string }>(sql`
    select id from intent where id ${oneOf([...firstOf.keys()])} and ${isOf(organizationId)}`);
  const known = new Set(rows.map(({ id }) => id));
  return settlements.flatMap(({ id }) => (known.has(id) ? [] : [id]));
};
