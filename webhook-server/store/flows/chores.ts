import { randomUUID } from 'node:crypto';
import type { Run, Transaction } from '../database.ts';
import { sql } from '../sql.ts';

/** What one process does for all of them, now and then. */
export type Chore = 'clean-up' | 'notices';

/** Takes the chore if it is due and no other process has it. Returns the lease that proves it. */
export const claimChore = async (
  { change, nowMs }: Transaction,
  name: Chore,
  { leaseMs }: { leaseMs: number },
): Promise<string | undefined> => {
  const lease = randomUUID();
  const claimed = await change(sql`
    update chore set lease = ${lease}, lease_until_ms = ${nowMs + leaseMs}
    where name = ${name} and due_at_ms <= ${nowMs} and (lease is null or lease_until_ms <= ${nowMs})`);
  return claimed === 1 ? lease : undefined;
};

/** Whether the chore is still held by this lease, which then lasts `leaseMs` from now. */
export const renewChore = async (
  { change, nowMs }: Transaction,
  name: Chore,
  { lease, leaseMs }: { lease: string; leaseMs: number },
): Promise<boolean> => {
  const held = await change(sql`
    update chore set lease_until_ms = ${nowMs + leaseMs}
    where name = ${name} and lease = ${lease} and due_at_ms <= ${nowMs}`);
  return held === 1;
};

/** Gives the chore back, if the lease is still ours. */
export const finishChore = async (
  { change, nowMs }: Transaction,
  name: Chore,
  { lease, againInMs }: { lease: string; againInMs: number },
): Promise<void> => {
  await change(sql`
    update chore set due_at_ms = ${nowMs + againInMs}, lease = null, lease_until_ms = null
    where name = ${name} and lease = ${lease}`);
};

/** Milliseconds until the chore is due. */
export const msUntilChore = async (run: Run, name: Chore): Promise<number> => {
  const next = await run.first<{ due_in_ms: number }>(sql`
    select greatest(0, greatest(due_at_ms, lease_until_ms) - now_ms()) as due_in_ms
    from chore where name = ${name}`);
  return next?.due_in_ms ?? 0;
};
