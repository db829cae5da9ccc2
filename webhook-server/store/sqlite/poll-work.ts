import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { PollClaim, PollOutcome, WorkStore } from '../work-store.ts';
import { createReadings } from './reading-row.ts';

type WorkspaceRow = {
  organization_id: string;
  sealed_key: string;
  is_baselined: number;
  is_silent: number;
  watermark_us: number | null;
  watermark_moved_at_ms: number | null;
  is_settled: number;
  failures: number;
  active_at_ms: number;
};

const readWatermark = (row: WorkspaceRow): PollClaim['watermark'] =>
  row.watermark_us === null || row.watermark_moved_at_ms === null
    ? null
    : { us: row.watermark_us, movedAtMs: row.watermark_moved_at_ms, isSettled: row.is_settled === 1 };

const preparePollStatements = (database: Database) => ({
  due: database.prepare<{ nowMs: number; limit: number }, WorkspaceRow>(`
    select organization_id, sealed_key, is_baselined, is_silent, watermark_us, watermark_moved_at_ms, is_settled,
           failures, active_at_ms
    from workspace
    where sealed_key is not null and poll_at_ms <= @nowMs and (lease is null or lease_until_ms <= @nowMs)
    order by poll_at_ms
    limit @limit`),

  lease: database.prepare<{ organizationId: string; lease: string; leaseUntilMs: number }>(`
    update workspace set lease = @lease, lease_until_ms = @leaseUntilMs
    where organization_id = @organizationId`),

  finish: database.prepare<{ organizationId: string; lease: string; pollAtMs: number; failed: number }>(`
    update workspace
    set poll_at_ms = @pollAtMs, lease = null, lease_until_ms = null, failures = iif(@failed, failures + 1, 0)
    where organization_id = @organizationId and lease = @lease`),

  noteKey: database.prepare<{ organizationId: string; lease: string; refusedSinceMs: number | null }>(`
    update workspace
    set key_refused_since_ms = iif(@refusedSinceMs is null, null, coalesce(key_refused_since_ms, @refusedSinceMs))
    where organization_id = @organizationId and lease = @lease`),

  nextDue: database.prepare<[], { due_at_ms: number | null }>(`
    select min(max(poll_at_ms, coalesce(lease_until_ms, 0))) as due_at_ms from workspace where sealed_key is not null`),
});

/** Which workspace is read when, and by whom. */
export const createPollWork = (
  database: Database,
  clock: () => number,
): Pick<WorkStore, 'claimPolls' | 'finishPoll' | 'msUntilPoll'> => {
  const statements = preparePollStatements(database);
  const readings = createReadings(database);

  const claim = database.transaction((limit: number, leaseMs: number): PollClaim[] => {
    const nowMs = clock();
    return statements.due.all({ nowMs, limit }).map((row) => {
      const lease = randomUUID();
      const organizationId = row.organization_id;
      statements.lease.run({ organizationId, lease, leaseUntilMs: nowMs + leaseMs });
      return {
        organizationId,
        lease,
        sealedKey: row.sealed_key,
        nowMs,
        isBaselined: row.is_baselined === 1,
        isSilent: row.is_silent === 1,
        watermark: readWatermark(row),
        reading: readings.of(organizationId),
        failures: row.failures,
        activeAtMs: row.active_at_ms,
      };
    });
  });

  const finish = database.transaction(({ organizationId, lease, nextPollInMs, result }: PollOutcome): void => {
    const nowMs = clock();
    if (result !== 'failed') {
      const refusedSinceMs = result === 'key refused' ? nowMs : null;
      statements.noteKey.run({ organizationId, lease, refusedSinceMs });
    }
    statements.finish.run({ organizationId, lease, pollAtMs: nowMs + nextPollInMs, failed: Number(result !== 'done') });
  });

  return {
    async claimPolls({ limit, leaseMs }) {
      return claim.immediate(limit, leaseMs);
    },
    async finishPoll(outcome) {
      finish.immediate(outcome);
    },
    async msUntilPoll() {
      const dueAtMs = statements.nextDue.get()?.due_at_ms ?? undefined;
      return dueAtMs === undefined ? undefined : Math.max(0, dueAtMs - clock());
    },
  };
};
