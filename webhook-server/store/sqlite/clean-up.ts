import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { RemoveOutcome, WorkStore } from '../work-store.ts';

type Batch = { beforeMs: number; limit: number };
type RemoveOptions = Parameters<WorkStore['removeExpired']>[0];

const prepareLeaseStatements = (database: Database) => ({
  claim: database.prepare<{ lease: string; nowMs: number; leaseUntilMs: number }>(`
    update chore set lease = @lease, lease_until_ms = @leaseUntilMs
    where name = 'clean-up' and due_at_ms <= @nowMs and (lease is null or lease_until_ms <= @nowMs)`),

  renew: database.prepare<{ lease: string; leaseUntilMs: number }>(`
    update chore set lease_until_ms = @leaseUntilMs where name = 'clean-up' and lease = @lease`),

  finish: database.prepare<{ lease: string; dueAtMs: number }>(`
    update chore set due_at_ms = @dueAtMs, lease = null, lease_until_ms = null
    where name = 'clean-up' and lease = @lease`),

  nextDue: database.prepare<[], { due_at_ms: number }>(`
    select max(due_at_ms, coalesce(lease_until_ms, 0)) as due_at_ms from chore where name = 'clean-up'`),
});

const prepareRemovals = (database: Database) => ({
  settledDeliveries: database.prepare<Batch>(`
    delete from delivery where seq in (
      select seq from delivery where state in ('delivered', 'dropped') and settled_at_ms < @beforeMs
      order by settled_at_ms limit @limit)`),

  deadDeliveries: database.prepare<Batch>(`
    delete from delivery where seq in (
      select seq from delivery where state = 'dead' and settled_at_ms < @beforeMs
      order by settled_at_ms limit @limit)`),

  events: database.prepare<Batch>(`
    delete from event where seq in (
      select seq from event where body is not null and detected_at_ms < @beforeMs
      order by detected_at_ms limit @limit)`),

  hooks: database.prepare<Batch>(`
    delete from hook where id in (
      select id from hook
      where ended_at_ms < @beforeMs and farewell is not 'due'
        and not exists (select 1 from delivery where hook_id = hook.id)
      order by ended_at_ms limit @limit)`),

  spentPaces: database.prepare<Batch>(`
    delete from pace where pace_key in (select pace_key from pace where paced_until_ms < @beforeMs limit @limit)`),
});

/** Removes what was kept for long enough. */
export const createCleanUp = (
  database: Database,
  clock: () => number,
): Pick<WorkStore, 'claimCleanUp' | 'removeExpired' | 'finishCleanUp' | 'msUntilCleanUp'> => {
  const chore = prepareLeaseStatements(database);
  const removal = prepareRemovals(database);

  const remove = database.transaction(({ lease, leaseMs, retention, limit }: RemoveOptions): RemoveOutcome => {
    const nowMs = clock();
    if (chore.renew.run({ lease, leaseUntilMs: nowMs + leaseMs }).changes === 0) return { kind: 'lease lost' };
    const steps = [
      { statement: removal.settledDeliveries, keptMs: retention.deliveryMs },
      { statement: removal.deadDeliveries, keptMs: retention.deadDeliveryMs },
      { statement: removal.events, keptMs: retention.eventMs },
      { statement: removal.hooks, keptMs: retention.hookMs },
      { statement: removal.spentPaces, keptMs: 0 },
    ];
    let count = 0;
    for (const { statement, keptMs } of steps) {
      if (count >= limit) break;
      count += statement.run({ beforeMs: nowMs - keptMs, limit: limit - count }).changes;
    }
    return { kind: 'removed', count };
  });

  return {
    async claimCleanUp({ leaseMs }) {
      const lease = randomUUID();
      const nowMs = clock();
      const isOurs = chore.claim.run({ lease, nowMs, leaseUntilMs: nowMs + leaseMs }).changes === 1;
      return isOurs ? lease : undefined;
    },
    async removeExpired(options) {
      return remove.immediate(options);
    },
    async finishCleanUp({ lease, againInMs }) {
      chore.finish.run({ lease, dueAtMs: clock() + againInMs });
    },
    async msUntilCleanUp() {
      return Math.max(0, (chore.nextDue.get()?.due_at_ms ?? 0) - clock());
    },
  };
};
