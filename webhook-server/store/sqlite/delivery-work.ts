import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Certainty } from '../../../contract/delivery.ts';
import type { DeliveryClaim, DeliveryOutcome, Settlement, SettleOutcome, WorkStore } from '../work-store.ts';
import { createAdmission } from './admission.ts';
import { type DueRow, prepareDueDeliveries } from './due-deliveries.ts';
import { createEndHook } from './end-hook.ts';

type Owned = { id: string; lease: string };
type Failure = Exclude<DeliveryOutcome, { kind: 'delivered' }>;
type OwnedRow = { hook_id: string; state: 'waiting' | 'dropped'; last_sent_at_ms: number };
type ClaimOptions = Parameters<WorkStore['claimDeliveries']>[0];

/** A hook that has failed for this long without one success is ended. */
const patienceMs = 3 * 24 * 3600 * 1000;

const prepareDeliveryStatements = (database: Database) => ({
  // An attempt counts from here on: whether the target heard of it is unknown until it is settled.
  lease: database.prepare<{ seq: number; lease: string; nowMs: number; leaseUntilMs: number }>(`
    update delivery
    set lease = @lease, lease_until_ms = @leaseUntilMs, attempts = attempts + 1, certainty = 'ambiguous',
        first_sent_at_ms = coalesce(first_sent_at_ms, @nowMs), last_sent_at_ms = @nowMs
    where seq = @seq`),

  owned: database.prepare<Owned, OwnedRow>(`
    select hook_id, state, last_sent_at_ms from delivery
    where id = @id and lease = @lease and state in ('waiting', 'dropped')`),

  // Nearly every delivery ends like this.
  deliver: database.prepare<Owned & { nowMs: number }, { hook_id: string }>(`
    update delivery
    set state = 'delivered', settled_at_ms = @nowMs, certainty = null, reason = null, lease = null, lease_until_ms = null
    where id = @id and lease = @lease and state in ('waiting', 'dropped')
    returning hook_id`),

  settle: database.prepare<Owned & { state: 'dead' | 'dropped'; nowMs: number; certainty: Certainty; reason: string }>(`
    update delivery
    set state = @state, settled_at_ms = @nowMs, certainty = @certainty, reason = @reason,
        lease = null, lease_until_ms = null
    where id = @id and lease = @lease`),

  // What was dropped while it was under way stays dropped, and keeps the reason.
  putBack: database.prepare<Owned & { certainty: Certainty; reason: string }>(`
    update delivery
    set certainty = @certainty, reason = iif(state = 'dropped', reason, @reason), lease = null, lease_until_ms = null
    where id = @id and lease = @lease`),
});

const prepareHookStatements = (database: Database) => ({
  noteSuccess: database.prepare<{ hookId: string }>(`
    update hook set failing_since_ms = null, failures = 0
    where id = @hookId and (failing_since_ms is not null or failures > 0)`),

  // Attempts that began before a failure was known are counted with it.
  noteFailure: database.prepare<
    { hookId: string; nowMs: number; sentAtMs: number; resumeAtMs: number },
    { failing_since_ms: number }
  >(`
    update hook
    set failing_since_ms = coalesce(failing_since_ms, @nowMs),
        failures = iif(failed_at_ms >= @sentAtMs, failures, failures + 1),
        failed_at_ms = iif(failed_at_ms >= @sentAtMs, failed_at_ms, @nowMs),
        resume_at_ms = max(resume_at_ms, @resumeAtMs)
    where id = @hookId
    returning failing_since_ms`),
});

const claimOf = (row: DueRow, lease: string, nowMs: number): DeliveryClaim => ({
  id: row.id,
  hookId: row.hook_id,
  lease,
  sealedTarget: row.sealed_target,
  sealedSecret: row.sealed_secret,
  body: row.body,
  attempt: row.attempts + 1,
  ageMs: row.first_sent_at_ms === null ? 0 : nowMs - row.first_sent_at_ms,
  hookFailures: row.failures,
});

/** Which delivery is sent when, and what became of it. */
export const createDeliveryWork = (
  database: Database,
  clock: () => number,
): Pick<WorkStore, 'claimDeliveries' | 'settle' | 'msUntilDelivery'> => {
  const due = prepareDueDeliveries(database);
  const delivery = prepareDeliveryStatements(database);
  const hook = prepareHookStatements(database);
  const endHook = createEndHook(database);
  const admit = createAdmission(database);

  const claim = database.transaction(({ limit, perHook, leaseMs, paces }: ClaimOptions): DeliveryClaim[] => {
    const nowMs = clock();
    const admitted = admit(due.now.all({ nowMs, limit, perHook }), paces, nowMs);
    return admitted.map((row) => {
      const lease = randomUUID();
      delivery.lease.run({ seq: row.seq, lease, nowMs, leaseUntilMs: nowMs + leaseMs });
      return claimOf(row, lease, nowMs);
    });
  });

  const end = (hookId: string, reason: 'gone' | 'failing', nowMs: number): SettleOutcome => {
    endHook(hookId, reason, nowMs);
    return { kind: 'ended', reason };
  };

  const noteFailure = ({ hook_id: hookId, last_sent_at_ms: sentAtMs }: OwnedRow, afterMs: number, nowMs: number) => {
    const resumeAtMs = nowMs + afterMs;
    const sinceMs = hook.noteFailure.get({ hookId, nowMs, sentAtMs, resumeAtMs })?.failing_since_ms ?? nowMs;
    return nowMs - sinceMs >= patienceMs ? end(hookId, 'failing', nowMs) : ({ kind: 'settled' } as const);
  };

  const settleDelivered = (owned: Owned, nowMs: number): SettleOutcome => {
    const row = delivery.deliver.get({ ...owned, nowMs });
    if (row === undefined) return { kind: 'lease lost' };
    hook.noteSuccess.run({ hookId: row.hook_id });
    return { kind: 'settled' };
  };

  const settleFailed = ({ id, lease, outcome }: Settlement & { outcome: Failure }, nowMs: number): SettleOutcome => {
    const row = delivery.owned.get({ id, lease });
    if (row === undefined) return { kind: 'lease lost' };
    switch (outcome.kind) {
      case 'gone':
        delivery.settle.run({ id, lease, state: 'dropped', nowMs, certainty: 'refused', reason: 'the target is gone' });
        return end(row.hook_id, 'gone', nowMs);
      case 'retry':
        delivery.putBack.run({ id, lease, certainty: outcome.certainty, reason: outcome.reason });
        return noteFailure(row, outcome.afterMs, nowMs);
      case 'dead':
        delivery.settle.run({ id, lease, state: 'dead', nowMs, certainty: outcome.certainty, reason: outcome.reason });
        return noteFailure(row, outcome.afterMs, nowMs);
    }
  };

  const settle = database.transaction((settlements: readonly Settlement[]): SettleOutcome[] => {
    const nowMs = clock();
    return settlements.map(({ id, lease, outcome }) =>
      outcome.kind === 'delivered'
        ? settleDelivered({ id, lease }, nowMs)
        : settleFailed({ id, lease, outcome }, nowMs),
    );
  });

  return {
    async claimDeliveries(options) {
      return claim.immediate(options);
    },
    async settle(settlements) {
      return settle.immediate(settlements);
    },
    async msUntilDelivery({ perHook }) {
      const nowMs = clock();
      const dueAtMs = due.next.get({ nowMs, perHook })?.due_at_ms ?? undefined;
      return dueAtMs === undefined ? undefined : Math.max(0, dueAtMs - nowMs);
    },
  };
};
