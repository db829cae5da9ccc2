import type { Database } from 'better-sqlite3';
import { intentLifeMs } from '../attribution.ts';
import { QuotaReached, type Quotas } from '../quotas.ts';
import type { IntentOutcome, NewIntent, TenantStore } from '../tenant-store.ts';

type Owned = { organizationId: string };

/** Time enough for the write that an intent announces, before the detector looks for it. */
const writeTakesMs = 500;

const dayMs = 24 * 3_600_000;

const prepareStatements = (database: Database) => ({
  insert: database.prepare<Record<string, string | number>>(`
    insert into intent (id, organization_id, task_id, sequence_id, assignee_user_id, scope, created_at_ms)
    values (@id, @organizationId, @taskId,
            (select sequence_id from snapshot where organization_id = @organizationId and task_id = @taskId),
            @assigneeId, @scope, @nowMs)`),

  removeOld: database.prepare<Owned & { bornBeforeMs: number }>(`
    delete from intent where organization_id = @organizationId and created_at_ms < @bornBeforeMs`),

  count: database.prepare<Owned, { count: number }>(
    'select count(*) as count from intent where organization_id = @organizationId',
  ),

  settle: database.prepare<Owned & IntentOutcome & { intentId: string; nowMs: number }>(`
    update intent
    set state = @state, updated_at_us = @updatedAtUs, settled_at_ms = @nowMs,
        closed_at_ms = iif(@state = 'failed', @nowMs, null)
    where organization_id = @organizationId and id = @intentId and state = 'open'`),

  find: database.prepare<Owned & { intentId: string }, { found: number }>(`
    select 1 as found from intent where organization_id = @organizationId and id = @intentId`),

  // Only a workspace that somebody listens to is polled.
  look: database.prepare<Owned & { nowMs: number; lookAtMs: number; lookUntilMs: number }>(`
    update workspace
    set look_since_ms = @nowMs, look_until_ms = @lookUntilMs, poll_at_ms = min(poll_at_ms, @lookAtMs)
    where organization_id = @organizationId and sealed_key is not null and failures = 0`),
});

/** What callers say about reassignments that are about to happen, or that they believe have happened. */
export const createIntents = (
  database: Database,
  clock: () => number,
  quotas: Quotas,
  onPollWork: () => void,
): ((organizationId: string) => Pick<TenantStore, 'announce' | 'settleIntent' | 'nudge'>) => {
  const statements = prepareStatements(database);

  const lookOut = (organizationId: string, nowMs: number, inMs: number): void => {
    statements.look.run({ organizationId, nowMs, lookAtMs: nowMs + inMs, lookUntilMs: nowMs + intentLifeMs });
  };

  const announce = database.transaction((organizationId: string, intents: readonly NewIntent[]): void => {
    const nowMs = clock();
    statements.removeOld.run({ organizationId, bornBeforeMs: nowMs - dayMs });
    const count = statements.count.get({ organizationId })?.count ?? 0;
    if (count + intents.length > quotas.intents) throw new QuotaReached('intents', quotas.intents);
    for (const { id, task_id, assignee_user_id, scope } of intents) {
      statements.insert.run({ id, organizationId, taskId: task_id, assigneeId: assignee_user_id, scope, nowMs });
    }
    lookOut(organizationId, nowMs, writeTakesMs);
  });

  const settle = database.transaction((organizationId: string, intentId: string, outcome: IntentOutcome): boolean => {
    const nowMs = clock();
    const { changes } = statements.settle.run({ organizationId, intentId, ...outcome, nowMs });
    if (changes > 0 && outcome.state === 'done') lookOut(organizationId, nowMs, 0);
    return changes > 0 || statements.find.get({ organizationId, intentId }) !== undefined;
  });

  return (organizationId) => ({
    async announce(intents) {
      announce.immediate(organizationId, intents);
      onPollWork();
    },
    async settleIntent(intentId, outcome) {
      const isKnown = settle.immediate(organizationId, intentId, outcome);
      onPollWork();
      return isKnown;
    },
    async nudge() {
      lookOut(organizationId, clock(), 0);
      onPollWork();
    },
  });
};
