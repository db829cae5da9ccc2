import { intentLifeMs } from '../attribution.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import type { TenantStore } from '../tenant-store.ts';
import type { Database, Transaction } from './database.ts';
import { sql } from './sql.ts';

/** Time enough for the write that an intent announces, before the detector looks for it. */
const writeTakesMs = 500;

const dayMs = 24 * 3_600_000;

/** Only a workspace that somebody listens to is polled. */
const lookOut = async (run: Transaction, organizationId: string, inMs: number): Promise<void> => {
  const { nowMs } = run;
  await run.change(sql`
    update workspace
    set look_since_ms = ${nowMs}, look_until_ms = ${nowMs + intentLifeMs},
        poll_at_ms = least(poll_at_ms, ${nowMs + inMs})
    where organization_id = ${organizationId} and sealed_key is not null and failures = 0`);
  run.announce('poll');
};

/** What callers say about reassignments that are about to happen, or that they believe have happened. */
export const createIntents =
  (database: Database, quotas: Quotas) =>
  (organizationId: string): Pick<TenantStore, 'announce' | 'settleIntent' | 'nudge'> => ({
    announce: (intents) =>
      database.transaction(async (run) => {
        await lookOut(run, organizationId, writeTakesMs);
        await run.change(sql`
          delete from intent where organization_id = ${organizationId} and created_at_ms < ${run.nowMs - dayMs}`);
        const { count = 0 } =
          (await run.first<{ count: number }>(sql`
            select count(*) as count from intent where organization_id = ${organizationId}`)) ?? {};
        if (count + intents.length > quotas.intents) throw new QuotaReached('intents', quotas.intents);
        await run.change(sql`
          insert into intent (id, organization_id, task_id, sequence_id, assignee_user_id, scope, created_at_ms)
          select told.id, ${organizationId}, told.task_id, snapshot.sequence_id, told.assignee_user_id, told.scope,
                 ${run.nowMs}::bigint
          from unnest(${intents.map(({ id }) => id)}::text[], ${intents.map(({ task_id }) => task_id)}::text[],
                      ${intents.map(({ assignee_user_id }) => assignee_user_id)}::text[],
                      ${intents.map(({ scope }) => scope)}::text[]) as told (id, task_id, assignee_user_id, scope)
          left join snapshot on snapshot.organization_id = ${organizationId} and snapshot.task_id = told.task_id`);
      }),

    settleIntent: (intentId, { state, updatedAtUs }) =>
      database.transaction(async (run) => {
        const settled = await run.change(sql`
          update intent
          set state = ${state}, updated_at_us = ${updatedAtUs}, settled_at_ms = ${run.nowMs},
              closed_at_ms = case when ${state === 'failed'} then ${run.nowMs}::bigint end
          where organization_id = ${organizationId} and id = ${intentId} and state = 'open'`);
        if (settled > 0 && state === 'done') await lookOut(run, organizationId, 0);
        else run.announce('poll');
        if (settled > 0) return true;
        const known = await run.first(sql`
          select 1 from intent where organization_id = ${organizationId} and id = ${intentId}`);
        return known !== undefined;
      }),

    nudge: () => database.transaction((run) => lookOut(run, organizationId, 0)),
  });
