import type { Run, Transaction } from '../database.ts';
import type { Driver } from '../driver.ts';
import type { LeaseOwner } from '../lease-owner.ts';
import type { DueDelivery } from '../rows/due-delivery.ts';
import { sql, tableOf } from '../sql.ts';
import type { ClaimLimits, DeliveryClaim } from '../work-store.ts';
import { admit, admitWhileQuiet } from './admit-deliveries.ts';

type Leased = DueDelivery & { lease: string };

/**
 * Inside a string of JSON a backslash stands before each quotation mark, so this finds a field; and an event's own stands
 * before those of its tasks.
 */
const detectedAt = /"detected_at":"([^"]+)"/;

/** A body tells when what it tells was detected. It is not parsed for that: this is asked of each delivery. */
const detectedAgoMs = ({ body, is_manual }: Leased, nowMs: number): number | null => {
  if (is_manual) return null;
  const detectedAtMs = Date.parse(detectedAt.exec(body)?.[1] ?? '');
  return Number.isNaN(detectedAtMs) ? null : Math.max(0, nowMs - detectedAtMs);
};

const claimOf = (row: Leased, nowMs: number): DeliveryClaim => ({
  id: row.id,
  hookId: row.hook_id,
  lease: row.lease,
  sealedTarget: row.sealed_target,
  sealedSecret: row.sealed_secret,
  body: row.body,
  attempt: row.attempts + 1,
  ageMs: row.first_sent_at_ms === null ? 0 : Math.max(0, nowMs - row.first_sent_at_ms),
  detectedAgoMs: detectedAgoMs(row, nowMs),
  hookFailures: row.failures,
});

/** An attempt counts from here on: whether the target heard of it is unknown until it is settled. */
const lease = async (run: Transaction, rows: readonly Leased[], leaseMs: number): Promise<void> => {
  const { nowMs } = run;
  await run.change(sql`
    update delivery
    set lease = taken.lease, lease_until_ms = ${nowMs + leaseMs}, attempts = attempts + 1, certainty = 'ambiguous',
        first_sent_at_ms = coalesce(first_sent_at_ms, ${nowMs}), last_sent_at_ms = ${nowMs}
    from ${tableOf('taken', rows, { seq: ['bigint', ({ seq }) => seq], lease: ['text', (row) => row.lease] })}
    where delivery.seq = taken.seq`);
};

/** Where deliveries are claimed, and for whom. */
export type Claimer = { driver: Pick<Driver, 'dueDeliveries'>; owner: LeaseOwner };

const takeAll = async (
  run: Transaction,
  { newLease }: LeaseOwner,
  admitted: readonly DueDelivery[],
  leaseMs: number,
): Promise<DeliveryClaim[]> => {
  if (admitted.length === 0) return [];
  const leased = admitted.map((row) => ({ ...row, lease: newLease() }));
  await lease(run, leased, leaseMs);
  return leased.map((row) => claimOf(row, run.nowMs));
};

type CutOff = { cutOff?: { inFlight: readonly string[] } | undefined };

/** Takes deliveries that are due, as far as the rate limits let them through. */
export const claimDeliveries = async (
  run: Transaction,
  { driver, owner }: Claimer,
  { limit, perHook, leaseMs, rateLimits, cutOff }: ClaimLimits & CutOff,
): Promise<DeliveryClaim[]> => {
  const lost = cutOff && { leases: owner.ownLeases, inFlight: cutOff.inFlight };
  const due = await driver.dueDeliveries(run, { limit, perHook, lost });
  return takeAll(run, owner, await admit(run, due, rateLimits), leaseMs);
};

/** Takes what is due of hooks that are told in this transaction, so that it need not be looked for in another one. */
export const claimWhatIsTold = async (
  run: Transaction,
  { driver, owner }: Claimer,
  hookIds: readonly string[],
  { limit, perHook, leaseMs, rateLimits }: ClaimLimits,
): Promise<DeliveryClaim[]> => {
  if (hookIds.length === 0) return [];
  const due = await driver.dueDeliveries(run, { limit, perHook, lost: undefined, hookIds });
  return takeAll(run, owner, await admitWhileQuiet(run, due, rateLimits), leaseMs);
};

/** Milliseconds until a delivery can be claimed or an end notice is due; undefined when none is waiting. */
export const msUntilDelivery = async (
  run: Run & { nowMs: number },
  driver: Driver,
  { perHook }: { perHook: number },
): Promise<number | undefined> => {
  const dueAtMs = await driver.nextDueMs(run, { nowMs: run.nowMs, perHook, lost: undefined });
  return dueAtMs === null ? undefined : Math.max(0, dueAtMs - run.nowMs);
};
