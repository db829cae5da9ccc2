import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { intentLifeMs, visibleWithinMs } from '../attribution.ts';
import type { PollClaim, PollOutcome, Progress, WorkStore } from '../work-store.ts';
import { createEndHook } from './end-hook.ts';
import { createReadings } from './reading-row.ts';
import { jsonOf } from './requests.ts';

type WorkspaceRow = {
  organization_id: string;
  sealed_key: string;
  is_baselined: number;
  is_silent: number;
  watermark_us: number | null;
  watermark_moved_at_ms: number | null;
  is_settled: number;
  swept_at_ms: number | null;
  failures: number;
  active_at_ms: number;
  requested_at_ms: string;
  has_unpublished: number;
};

const readWatermark = (row: WorkspaceRow): PollClaim['watermark'] =>
  row.watermark_us === null || row.watermark_moved_at_ms === null
    ? null
    : { us: row.watermark_us, movedAtMs: row.watermark_moved_at_ms, isSettled: row.is_settled === 1 };

/** What `jsonOf` has written. */
const readTimes = (json: string): number[] => JSON.parse(json);

/**
 * While the detector looks out for a change it looks again after this, and then after twice the time each time. A change
 * that waits for its intent is looked at this often.
 */
const shortestLookMs = 500;

/** A workspace whose key was refused for this long has no hooks any more. */
const refusalEndsHooksMs = 24 * 3_600_000;

const preparePollStatements = (database: Database) => ({
  due: database.prepare<{ nowMs: number; limit: number }, WorkspaceRow>(`
    select organization_id, sealed_key, is_baselined, is_silent, watermark_us, watermark_moved_at_ms, is_settled,
           swept_at_ms, failures, active_at_ms, requested_at_ms,
           exists (select 1 from event where event.organization_id = workspace.organization_id and body is null)
             or exists (
               select 1 from intent
               where intent.organization_id = workspace.organization_id and closed_at_ms is null
                 and settled_at_ms < @nowMs - ${visibleWithinMs}) as has_unpublished
    from workspace
    where sealed_key is not null and poll_at_ms <= @nowMs and (lease is null or lease_until_ms <= @nowMs)
    order by poll_at_ms
    limit @limit`),

  lease: database.prepare<{ organizationId: string; lease: string; leaseUntilMs: number }>(`
    update workspace set lease = @lease, lease_until_ms = @leaseUntilMs
    where organization_id = @organizationId`),

  finish: database.prepare<Record<string, string | number | null>>(`
    update workspace
    set poll_at_ms = @pollAtMs, lease = null, lease_until_ms = null, failures = iif(@failed, failures + 1, 0),
        requested_at_ms = coalesce(@requestedAtMs, requested_at_ms)
    where organization_id = @organizationId and lease = @lease`),

  lookAgain: database.prepare<{ organizationId: string; nowMs: number }>(`
    update workspace set poll_at_ms = min(poll_at_ms, @nowMs + max(${shortestLookMs}, @nowMs - look_since_ms))
    where organization_id = @organizationId and look_until_ms > @nowMs and failures = 0`),

  lookForIntent: database.prepare<{ organizationId: string; nowMs: number }>(`
    update workspace set poll_at_ms = min(poll_at_ms, @nowMs + ${shortestLookMs})
    where organization_id = @organizationId and failures = 0
      and exists (select 1 from event where event.organization_id = @organizationId and body is null)`),

  // An intent's change has been seen when its task is with the person whom the intent named.
  stopLooking: database.prepare<{ organizationId: string; lease: string; bornAfterMs: number }>(`
    update workspace set look_until_ms = null
    where organization_id = @organizationId and lease = @lease
      and not exists (select 1 from event where event.organization_id = @organizationId and body is null)
      and not exists (
        select 1 from intent left join snapshot using (organization_id, task_id)
        where intent.organization_id = @organizationId and closed_at_ms is null and state <> 'failed'
          and created_at_ms > @bornAfterMs and lower(snapshot.assignee_user_id) is not intent.assignee_user_id)`),

  noteKey: database.prepare<
    { organizationId: string; lease: string; refusedSinceMs: number | null },
    { key_refused_since_ms: number | null }
  >(`
    update workspace
    set key_refused_since_ms = iif(@refusedSinceMs is null, null, coalesce(key_refused_since_ms, @refusedSinceMs))
    where organization_id = @organizationId and lease = @lease
    returning key_refused_since_ms`),

  takeSpare: database.prepare<{ organizationId: string; lease: string }, { key_hash: string; sealed_key: string }>(`
    delete from spare_key
    where organization_id = @organizationId
      and exists (select 1 from workspace where organization_id = @organizationId and lease = @lease)
      and key_hash = (select min(key_hash) from spare_key where organization_id = @organizationId)
    returning key_hash, sealed_key`),

  useKey: database.prepare<{ organizationId: string; keyHash: string; sealedKey: string }>(`
    update workspace set key_hash = @keyHash, sealed_key = @sealedKey, key_refused_since_ms = null
    where organization_id = @organizationId`),

  liveHooks: database.prepare<{ organizationId: string }, { id: string }>(`
    select id from hook where organization_id = @organizationId and ended_at_ms is null`),

  progress: database.prepare<[], Progress>(`
    select kind, count(*) as workspaces, sum(rows_read) as rowsRead, sum(total_rows) as totalRows
    from reading group by kind order by kind`),

  nextDue: database.prepare<[], { due_at_ms: number | null }>(`
    select min(max(poll_at_ms, coalesce(lease_until_ms, 0))) as due_at_ms from workspace where sealed_key is not null`),
});

/** Which workspace is read when, and by whom. */
export const createPollWork = (
  database: Database,
  clock: () => number,
  onDeliveryWork: () => void,
): Pick<WorkStore, 'claimPolls' | 'finishPoll' | 'progress' | 'msUntilPoll'> => {
  const statements = preparePollStatements(database);
  const readings = createReadings(database);
  const endHook = createEndHook(database);

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
        ...readings.of(organizationId),
        sweptAtMs: row.swept_at_ms,
        hasUnpublished: row.has_unpublished === 1,
        failures: row.failures,
        activeAtMs: row.active_at_ms,
        requestedAtMs: readTimes(row.requested_at_ms),
      };
    });
  });

  /** Puts another key of the workspace in the place of the one that Topo refuses; answers whether there was one. */
  const changeKey = ({ organizationId, lease, result }: PollOutcome): boolean => {
    if (result !== 'key refused') return false;
    const spare = statements.takeSpare.get({ organizationId, lease });
    if (spare === undefined) return false;
    statements.useKey.run({ organizationId, keyHash: spare.key_hash, sealedKey: spare.sealed_key });
    return true;
  };

  /** Whether the key was refused for so long that the hooks have ended. */
  const noteKey = ({ organizationId, lease, result }: PollOutcome, nowMs: number): boolean => {
    if (result === 'failed') return false;
    const refusedSinceMs = result === 'key refused' ? nowMs : null;
    const sinceMs = statements.noteKey.get({ organizationId, lease, refusedSinceMs })?.key_refused_since_ms ?? nowMs;
    if (nowMs - sinceMs < refusalEndsHooksMs) return false;
    for (const { id } of statements.liveHooks.all({ organizationId })) endHook(id, 'key refused', nowMs);
    return true;
  };

  /** Answers whether there are targets to be told that their hook has ended. */
  const finish = database.transaction((outcome: PollOutcome): boolean => {
    const nowMs = clock();
    const { organizationId, lease, nextPollInMs, result } = outcome;
    const requestedAtMs = jsonOf(outcome.requestedAtMs);
    if (changeKey(outcome)) {
      statements.finish.run({ organizationId, lease, pollAtMs: nowMs, failed: 0, requestedAtMs });
      return false;
    }
    if (noteKey(outcome, nowMs)) return true;
    if (outcome.sawChange) statements.stopLooking.run({ organizationId, lease, bornAfterMs: nowMs - intentLifeMs });
    const pollAtMs = nowMs + nextPollInMs;
    const failed = Number(result !== 'done');
    if (statements.finish.run({ organizationId, lease, pollAtMs, failed, requestedAtMs }).changes === 0) return false;
    statements.lookAgain.run({ organizationId, nowMs });
    statements.lookForIntent.run({ organizationId, nowMs });
    return false;
  });

  return {
    async claimPolls({ limit, leaseMs }) {
      return claim.immediate(limit, leaseMs);
    },
    async finishPoll(outcome) {
      if (finish.immediate(outcome)) onDeliveryWork();
    },
    async progress() {
      return statements.progress.all();
    },
    async msUntilPoll() {
      const dueAtMs = statements.nextDue.get()?.due_at_ms ?? undefined;
      return dueAtMs === undefined ? undefined : Math.max(0, dueAtMs - clock());
    },
  };
};
