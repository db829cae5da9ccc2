import { randomUUID } from 'node:crypto';
import type { RemoveOutcome, WorkStore } from '../work-store.ts';
import type { Database, Transaction } from './database.ts';
import { sql } from './sql.ts';

type RemoveOptions = Parameters<WorkStore['removeExpired']>[0];

const removeSettledDeliveries = (run: Transaction, beforeMs: number, limit: number) =>
  run.change(sql`
    delete from delivery where seq in (
      select seq from delivery where state in ('delivered', 'dropped') and settled_at_ms < ${beforeMs}
      order by settled_at_ms limit ${limit})`);

const removeDeadDeliveries = (run: Transaction, beforeMs: number, limit: number) =>
  run.change(sql`
    delete from delivery where seq in (
      select seq from delivery where state = 'dead' and settled_at_ms < ${beforeMs}
      order by settled_at_ms limit ${limit})`);

const removeEvents = (run: Transaction, beforeMs: number, limit: number) =>
  run.change(sql`
    delete from event where seq in (
      select seq from event where body is not null and detected_at_ms < ${beforeMs}
      order by detected_at_ms limit ${limit})`);

const removeHooks = (run: Transaction, beforeMs: number, limit: number) =>
  run.change(sql`
    delete from hook where id in (
      select id from hook
      where ended_at_ms < ${beforeMs} and farewell is distinct from 'due'
        and not exists (select 1 from delivery where hook_id = hook.id)
      order by ended_at_ms limit ${limit})`);

const removeSpentPaces = (run: Transaction, beforeMs: number, limit: number) =>
  run.change(sql`
    delete from pace where pace_key in (
      select pace_key from pace where paced_until_ms < ${beforeMs} limit ${limit} for update skip locked)`);

const remove = async (run: Transaction, options: RemoveOptions): Promise<RemoveOutcome> => {
  const { lease, leaseMs, retention, limit } = options;
  const held = await run.change(sql`
    update chore set lease_until_ms = ${run.nowMs + leaseMs} where name = 'clean-up' and lease = ${lease}`);
  if (held === 0) return { kind: 'lease lost' };
  const steps = [
    { step: removeSettledDeliveries, keptMs: retention.deliveryMs },
    { step: removeDeadDeliveries, keptMs: retention.deadDeliveryMs },
    { step: removeEvents, keptMs: retention.eventMs },
    { step: removeHooks, keptMs: retention.hookMs },
    { step: removeSpentPaces, keptMs: 0 },
  ];
  let count = 0;
  for (const { step, keptMs } of steps) {
    if (count >= limit) break;
    count += await step(run, run.nowMs - keptMs, limit - count);
  }
  return { kind: 'removed', count };
};

/** Removes what was kept for long enough. */
export const createCleanUp = (
  database: Database,
): Pick<WorkStore, 'claimCleanUp' | 'removeExpired' | 'finishCleanUp' | 'msUntilCleanUp'> => ({
  async claimCleanUp({ leaseMs }) {
    const lease = randomUUID();
    const claimed = await database.change(sql`
      update chore set lease = ${lease}, lease_until_ms = now_ms() + ${leaseMs}
      where name = 'clean-up' and due_at_ms <= now_ms() and (lease is null or lease_until_ms <= now_ms())`);
    return claimed === 1 ? lease : undefined;
  },

  removeExpired: (options) => database.transaction((run) => remove(run, options)),

  async finishCleanUp({ lease, againInMs }) {
    await database.change(sql`
      update chore set due_at_ms = now_ms() + ${againInMs}, lease = null, lease_until_ms = null
      where name = 'clean-up' and lease = ${lease}`);
  },

  async msUntilCleanUp() {
    const next = await database.first<{ due_in_ms: number }>(sql`
      select greatest(0, greatest(due_at_ms, coalesce(lease_until_ms, 0)) - now_ms()) as due_in_ms
      from chore where name = 'clean-up'`);
    return next?.due_in_ms ?? 0;
  },
});
