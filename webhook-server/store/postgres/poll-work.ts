import { intentLifeMs, visibleWithinMs } from '../attribution.ts';
import type { PollClaim, PollOutcome, Progress, WorkStore } from '../work-store.ts';
import type { Database, Transaction } from './database.ts';
import { endHook, lockWorkspaces } from './end-hook.ts';
import { type ReadingRow, readReading } from './reading-row.ts';
import { jsonOf } from './requests.ts';
import { sql } from './sql.ts';

type ClaimRow = {
  organization_id: string;
  lease: string;
  sealed_key: string;
  now_ms: number;
  is_baselined: boolean;
  is_silent: boolean;
  watermark_us: number | null;
  watermark_moved_at_ms: number | null;
  is_settled: boolean;
  swept_at_ms: number | null;
  failures: number;
  active_at_ms: number;
  requested_at_ms: number[];
  has_unpublished: boolean;
  readings: ReadingRow[];
};

const readWatermark = (row: ClaimRow): PollClaim['watermark'] =>
  row.watermark_us === null || row.watermark_moved_at_ms === null
    ? null
    : { us: row.watermark_us, movedAtMs: row.watermark_moved_at_ms, isSettled: row.is_settled };

const readClaim = (row: ClaimRow): PollClaim => {
  const readings = row.readings.map(readReading);
  return {
    organizationId: row.organization_id,
    lease: row.lease,
    sealedKey: row.sealed_key,
    nowMs: row.now_ms,
    isBaselined: row.is_baselined,
    isSilent: row.is_silent,
    watermark: readWatermark(row),
    walk: readings.find(({ kind }) => kind === 'walk') ?? null,
    background: readings.find(({ kind }) => kind !== 'walk') ?? null,
    sweptAtMs: row.swept_at_ms,
    hasUnpublished: row.has_unpublished,
    failures: row.failures,
    activeAtMs: row.active_at_ms,
    requestedAtMs: row.requested_at_ms,
  };
};

/**
 * While the detector looks out for a change it looks again after this, and then after twice the time each time. A change
 * that waits for its intent is looked at this often.
 */
const shortestLookMs = 500;

/** A workspace whose key was refused for this long has no hooks any more. */
const refusalEndsHooksMs = 24 * 3_600_000;

type Owned = Pick<PollOutcome, 'organizationId' | 'lease'>;

/** An intent's change has been seen when its task is with the person whom the intent named. */
const stopLooking = async (run: Transaction, { organizationId, lease }: Owned): Promise<void> => {
  await run.change(sql`
    update workspace set look_until_ms = null
    where organization_id = ${organizationId} and lease = ${lease}
      and not exists (select 1 from event where event.organization_id = ${organizationId} and body is null)
      and not exists (
        select 1 from intent left join snapshot using (organization_id, task_id)
        where intent.organization_id = ${organizationId} and closed_at_ms is null and state <> 'failed'
          and created_at_ms > ${run.nowMs - intentLifeMs}
          and lower(snapshot.assignee_user_id) is distinct from intent.assignee_user_id)`);
};

/** Puts another key of the workspace in the place of the one that Topo refuses; answers whether there was one. */
const changeKey = async (run: Transaction, { organizationId, lease }: Owned): Promise<boolean> => {
  const spare = await run.first<{ key_hash: string; sealed_key: string }>(sql`
    delete from spare_key
    where organization_id = ${organizationId}
      and exists (select 1 from workspace where organization_id = ${organizationId} and lease = ${lease})
      and key_hash = (select min(key_hash) from spare_key where organization_id = ${organizationId})
    returning key_hash, sealed_key`);
  if (spare === undefined) return false;
  await run.change(sql`
    update workspace set key_hash = ${spare.key_hash}, sealed_key = ${spare.sealed_key}, key_refused_since_ms = null
    where organization_id = ${organizationId}`);
  return true;
};

/** Notes that the key was refused; answers whether that was for so long that the hooks have ended. */
const noteRefusal = async (run: Transaction, { organizationId, lease }: Owned): Promise<boolean> => {
  const noted = await run.first<{ key_refused_since_ms: number }>(sql`
    update workspace set key_refused_since_ms = coalesce(key_refused_since_ms, ${run.nowMs})
    where organization_id = ${organizationId} and lease = ${lease}
    returning key_refused_since_ms`);
  if (run.nowMs - (noted?.key_refused_since_ms ?? run.nowMs) < refusalEndsHooksMs) return false;
  const hooks = await run.rows<{ id: string }>(sql`
    select id from hook where organization_id = ${organizationId} and ended_at_ms is null`);
  for (const { id } of hooks) await endHook(run, id, 'key refused');
  return true;
};

/** The next poll comes sooner while an intent or a nudge waits for its change to be seen. */
const giveBack = async (
  run: Transaction,
  { organizationId, lease, requestedAtMs }: PollOutcome,
  { pollAtMs, hasFailed }: { pollAtMs: number; hasFailed: boolean },
): Promise<void> => {
  const { nowMs } = run;
  await run.change(sql`
    update workspace
    set lease = null, lease_until_ms = null,
        failures = case when ${hasFailed} then failures + 1 else 0 end,
        key_refused_since_ms = case when ${hasFailed} then key_refused_since_ms end,
        requested_at_ms = coalesce(${jsonOf(requestedAtMs)}::jsonb, requested_at_ms),
        poll_at_ms = case when ${hasFailed} then ${pollAtMs}::bigint else least(
          ${pollAtMs}::bigint,
          case when look_until_ms > ${nowMs} then
            ${nowMs}::bigint + greatest(${shortestLookMs}, ${nowMs}::bigint - look_since_ms) end,
          case when exists (select 1 from event where event.organization_id = ${organizationId} and body is null) then
            ${nowMs}::bigint + ${shortestLookMs} end) end
    where organization_id = ${organizationId} and lease = ${lease}`);
};

const finish = async (run: Transaction, outcome: PollOutcome): Promise<void> => {
  const { organizationId, result, sawChange, nextPollInMs } = outcome;
  if (result === 'key refused') {
    await lockWorkspaces(run, [organizationId]);
    if (await changeKey(run, outcome)) return giveBack(run, outcome, { pollAtMs: run.nowMs, hasFailed: false });
    if (await noteRefusal(run, outcome)) return run.announce('deliver');
  }
  if (sawChange) await stopLooking(run, outcome);
  await giveBack(run, outcome, { pollAtMs: run.nowMs + Math.round(nextPollInMs), hasFailed: result !== 'done' });
};

/** Which workspace is read when, and by whom. */
export const createPollWork = (
  database: Database,
): Pick<WorkStore, 'claimPolls' | 'finishPoll' | 'progress' | 'msUntilPoll'> => ({
  async claimPolls({ limit, leaseMs }) {
    const rows = await database.rows<ClaimRow>(sql`
      with clock as materialized (select now_ms() as now_ms),
      due as materialized (
        select organization_id from workspace
        where sealed_key is not null and poll_at_ms <= (select now_ms from clock)
          and (lease is null or lease_until_ms <= (select now_ms from clock))
        order by poll_at_ms
        limit ${limit}
        for no key update skip locked)
      update workspace
      set lease = gen_random_uuid()::text, lease_until_ms = now_ms + ${leaseMs}
      from due, clock
      where workspace.organization_id = due.organization_id
      returning workspace.organization_id, lease, sealed_key, now_ms, is_baselined, is_silent, watermark_us,
        watermark_moved_at_ms, is_settled, swept_at_ms, failures, active_at_ms, requested_at_ms,
        exists (select 1 from event where event.organization_id = workspace.organization_id and body is null)
          or exists (
            select 1 from intent
            where intent.organization_id = workspace.organization_id and closed_at_ms is null
              and settled_at_ms < now_ms - ${visibleWithinMs}) as has_unpublished,
        (select coalesce(json_agg(reading), '[]') from reading
         where reading.organization_id = workspace.organization_id) as readings`);
    return rows.map(readClaim);
  },

  finishPoll: (outcome) => database.transaction((run) => finish(run, outcome)),

  progress: () =>
    database.rows<Progress>(sql`
      select kind, count(*) as workspaces, sum(rows_read) as "rowsRead", sum(total_rows) as "totalRows"
      from reading group by kind order by kind`),

  async msUntilPoll() {
    const next = await database.first<{ due_in_ms: number | null }>(sql`
      select min(greatest(poll_at_ms, coalesce(lease_until_ms, 0))) - now_ms() as due_in_ms
      from workspace where sealed_key is not null`);
    const dueInMs = next?.due_in_ms ?? undefined;
    return dueInMs === undefined ? undefined : Math.max(0, dueInMs);
  },
});
