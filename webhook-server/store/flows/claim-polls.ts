import type { Run, Transaction } from '../database.ts';
import { isLeased, type LeaseOwner, type LostLeases } from '../lease-owner.ts';
import { type DueWorkspace, readPollClaim } from '../rows/due-workspace.ts';
import { factsFreshMs, visibleWithinMs, watchedForMs } from '../rules.ts';
import { constant, phrase, type Statement, sql, tableOf } from '../sql.ts';
import type { FactKind, PollClaim, WorkStore } from '../work-store.ts';
import { findScans } from './scans.ts';
import { endWatching } from './watching.ts';

/** Rows that nobody has looked up, or that were looked up long ago. */
const hasUnknown = (kind: FactKind, nowMs: number): Statement => {
  const { id, table } = { id: sql`workspace.organization_id`, table: constant(kind) };
  return sql`(
    exists (select 1 from ${table} as asked where asked.organization_id = ${id} and asked.fetched_at_ms is null)
    or exists (
      select 1 from ${table} as old
      where old.organization_id = ${id} and old.fetched_at_ms < ${nowMs - factsFreshMs}))`;
};

/** When it is a workspace's turn: it is due, and nobody polls it. In these words it is indexed. */
const turnAtMs = sql`case when lease_until_ms > poll_at_ms then lease_until_ms else poll_at_ms end`;

/** Whose turn it is. After a claim that was lost its leases do not count, which the index does not know. */
const hasTurn = (nowMs: number, lost: LostLeases | undefined): Statement =>
  lost === undefined
    ? sql`${turnAtMs} <= ${nowMs}`
    : sql`poll_at_ms <= ${nowMs} and not ${isLeased(nowMs, 'organization_id', lost)}`;

type DueQuery = { goesOn: boolean; limit: number; lost: LostLeases | undefined };

/** Locks workspaces whose turn it is and that no other process is claiming, longest due first. */
const lockDue = async ({ rows, nowMs }: Transaction, { goesOn, limit, lost }: DueQuery): Promise<DueWorkspace[]> => {
  if (limit <= 0) return [];
  return rows<DueWorkspace>(sql`
    select organization_id, sealed_key, scopes, asked_at_ms, is_complete, is_baselined, is_silent, watermark_us, watermark_moved_at_ms, is_settled,
           swept_at_ms, unusable_tasks, failures, active_at_ms, goes_on, records, ${turnAtMs} as turn_at_ms, requested_at_ms, looked_up_at_ms,
           exists (select 1 from event where event.organization_id = workspace.organization_id and body is null)
             or exists (
               select 1 from intent
               where intent.organization_id = workspace.organization_id and closed_at_ms is null
                 and settled_at_ms < ${nowMs - visibleWithinMs}) as has_unpublished,
           exists (select 1 from undecided where undecided.organization_id = workspace.organization_id) as has_undecided,
           ${hasUnknown('sequence', nowMs)} or ${hasUnknown('template', nowMs)} as has_unknown_sequences,
           ${hasUnknown('contact', nowMs)} as has_unknown_contacts,
           exists (
             select 1 from hook
             where hook.organization_id = workspace.organization_id and ended_at_ms is null) as has_listeners,
           exists (select 1 from reading where reading.organization_id = workspace.organization_id) as has_scans
    from workspace
    where sealed_key is not null and goes_on = ${goesOn} and ${hasTurn(nowMs, lost)}
    order by ${turnAtMs}
    limit ${limit}
    ${phrase('lock free rows')}`);
};

type ClaimOptions = Parameters<WorkStore['claimPolls']>[0];

const isWatched = ({ has_listeners, asked_at_ms }: DueWorkspace, nowMs: number): boolean =>
  Boolean(has_listeners) || nowMs - (asked_at_ms ?? 0) < watchedForMs;

/** Takes up to `limit` workspaces that are watched and due, and ends the watching of those that nobody asked for a day. */
export const claimPolls = async (
  run: Transaction,
  { newLease, ownLeases }: LeaseOwner,
  { limit, goingOnLimit = limit, leaseMs, cutOff }: ClaimOptions,
): Promise<PollClaim[]> => {
  const lost = cutOff && { leases: ownLeases, inFlight: cutOff.inFlight };
  const goingOn = await lockDue(run, { goesOn: true, limit: Math.min(limit, goingOnLimit), lost });
  const others = await lockDue(run, { goesOn: false, limit, lost });
  const found = [...goingOn, ...others].toSorted((one, other) => one.turn_at_ms - other.turn_at_ms).slice(0, limit);
  for (const row of found) if (!isWatched(row, run.nowMs)) await endWatching(run, row.organization_id);
  const due = found.filter((row) => isWatched(row, run.nowMs)).map((row) => ({ row, lease: newLease() }));
  if (due.length === 0) return [];
  await run.change(sql`
    update workspace set lease = taken.lease, lease_until_ms = ${run.nowMs + leaseMs}
    from ${tableOf('taken', due, {
      organization_id: ['text', ({ row }) => row.organization_id],
      lease: ['text', ({ lease }) => lease],
    })}
    where workspace.organization_id = taken.organization_id`);
  const scan = due.filter(({ row }) => Boolean(row.has_scans)).map(({ row }) => row.organization_id);
  const scans = await findScans(run, scan);
  return due.map(({ row, lease }) =>
    readPollClaim(row, { lease, nowMs: run.nowMs, scans: scans.get(row.organization_id) ?? [] }),
  );
};

const nextTurn = (goesOn: boolean): Statement => sql`
  select turn_at_ms from (
    select ${turnAtMs} as turn_at_ms from workspace
    where sealed_key is not null and goes_on = ${goesOn}
    order by ${turnAtMs} limit 1) as ${constant(goesOn ? 'going_on' : 'other')}`;

/** Milliseconds until it is a workspace's turn; undefined when none is waiting. */
export const msUntilPoll = async (
  run: Run,
  { isGoingOnFull }: { isGoingOnFull: boolean },
): Promise<number | undefined> => {
  const turns = isGoingOnFull ? nextTurn(false) : sql`${nextTurn(false)} union all ${nextTurn(true)}`;
  const next = await run.first<{ due_in_ms: number | null }>(sql`
    select min(turn_at_ms) - now_ms() as due_in_ms from (${turns}) as next_turn`);
  const dueInMs = next?.due_in_ms ?? undefined;
  return dueInMs === undefined ? undefined : Math.max(0, dueInMs);
};
