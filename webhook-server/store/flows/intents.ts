import type { Transaction } from '../database.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import { intentLifeMs, intentsKeptMs, writeTakesMs } from '../rules.ts';
import { sql, tableOf } from '../sql.ts';
import type { IntentOutcome, NewIntent } from '../tenant-store.ts';

/** Lets the detector look soon. Only a workspace that somebody listens to is polled. */
const pollSoon = async (run: Transaction, organizationId: string, inMs: number): Promise<void> => {
  const { nowMs } = run;
  await run.change(sql`
    update workspace
    set look_since_ms = ${nowMs}, look_until_ms = ${nowMs + intentLifeMs},
        poll_at_ms = least(poll_at_ms, ${nowMs + inMs})
    where organization_id = ${organizationId} and sealed_key is not null and failures = 0`);
  run.announce('poll');
};

/** Notes what callers say they are about to do, and lets the detector look for it. */
export const announceIntents = async (
  run: Transaction,
  organizationId: string,
  intents: readonly NewIntent[],
  quotas: Quotas,
): Promise<void> => {
  await pollSoon(run, organizationId, writeTakesMs);
  await run.change(sql`
    delete from intent where organization_id = ${organizationId} and created_at_ms < ${run.nowMs - intentsKeptMs}`);
  const { count = 0 } =
    (await run.first<{ count: number }>(sql`
      select count(*) as count from intent where organization_id = ${organizationId}`)) ?? {};
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

/** Notes how an intent came out. Returns whether there is such an intent; only an open one changes. */
export const settleIntent = async (
  run: Transaction,
  organizationId: string,
  intentId: string,
  { state, updatedAtUs }: IntentOutcome,
): Promise<boolean> => {
  const settled = await run.change(sql`
    update intent
    set state = ${state}, updated_at_us = ${updatedAtUs}, settled_at_ms = ${run.nowMs},
        closed_at_ms = ${state === 'failed' ? run.nowMs : null}
    where organization_id = ${organizationId} and id = ${intentId} and state = 'open'`);
  if (settled > 0 && state === 'done') await pollSoon(run, organizationId, 0);
  else run.announce('poll');
  if (settled > 0) return true;
  const known = await run.first(sql`
    select 1 as found from intent where organization_id = ${organizationId} and id = ${intentId}`);
  return known !== undefined;
};

/** Lets the detector look now. */
export const nudge = (run: Transaction, organizationId: string): Promise<void> => pollSoon(run, organizationId, 0);
