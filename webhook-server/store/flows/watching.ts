import type { Run, Transaction } from '../database.ts';
import { readScopes } from '../rows/scopes.ts';
import { askedAgainMs } from '../rules.ts';
import { constant, phrase, sql } from '../sql.ts';
import type { Freshness, SealedKey } from '../tenant-store.ts';
import type { Cleaned } from './facts-in-use.ts';
import { removeNudgeAddress } from './nudge-address.ts';
import { stopIncrementalScan } from './scans.ts';
import { giveKey, offerKey, reachOf } from './workspace-keys.ts';
import { lockWorkspaces } from './workspaces.ts';

type WatchedRow = {
  key_hash: string | null;
  scopes: string | null;
  asked_at_ms: number | null;
  read_at_ms: number | null;
  is_complete: number | boolean;
  key_refused_since_ms: number | null;
  rows_read: number | null;
  total_rows: number | null;
};

const findWatched = (run: Run, organizationId: string): Promise<WatchedRow | undefined> =>
  run.first<WatchedRow>(sql`
    select key_hash, scopes, asked_at_ms, read_at_ms, is_complete, key_refused_since_ms, rows_read, total_rows
    from workspace
    left join reading on reading.organization_id = workspace.organization_id and kind <> 'walk'
    where workspace.organization_id = ${organizationId}`);

const noteAsked = async (run: Transaction, organizationId: string, key: SealedKey): Promise<void> => {
  await giveKey(run, organizationId, key, true);
  await offerKey(run, organizationId, key);
  await run.change(sql`
    update workspace set asked_at_ms = ${run.nowMs}
    where organization_id = ${organizationId}`);
  run.announce('poll');
};

const isNoted = (row: WatchedRow | undefined, { keyHash, scopes }: SealedKey, nowMs: number): boolean => {
  if (row === undefined || row.key_hash === null || row.asked_at_ms === null) return false;
  if (row.asked_at_ms < nowMs - askedAgainMs || row.asked_at_ms > nowMs) return false;
  if (row.key_hash === keyHash) return row.scopes === JSON.stringify(scopes);
  return reachOf(scopes ?? null) <= reachOf(readScopes(row.scopes));
};

const freshnessOf = (row: WatchedRow | undefined, nowMs: number): Freshness => ({
  nowMs,
  readAtMs: row?.read_at_ms ?? null,
  isComplete: Boolean(row?.is_complete),
  isKeyRefused: row !== undefined && row.key_refused_since_ms !== null,
  progress:
    row === undefined || row.rows_read === null || row.total_rows === null
      ? null
      : { rowsRead: row.rows_read, totalRows: row.total_rows },
});

/** How far a workspace has been read. Writes nothing. */
export const findFreshness = async (run: Transaction, organizationId: string): Promise<Freshness> =>
  freshnessOf(await findWatched(run, organizationId), run.nowMs);

/** Watches a workspace because a step asked, and tells how far it has been read. */
export const watch = async (run: Transaction, organizationId: string, key: SealedKey): Promise<Freshness> => {
  const before = await findWatched(run, organizationId);
  if (!isNoted(before, key, run.nowMs)) await noteAsked(run, organizationId, key);
  return freshnessOf(before, run.nowMs);
};

/** Erases the keys of a workspace that nobody watches any more. What is known of it goes with the retention. */
export const endWatching = async (run: Transaction, organizationId: string): Promise<void> => {
  await run.change(sql`
    update workspace
    set sealed_key = null, key_hash = null, scopes = null, key_refused_since_ms = null, listening_since_ms = null,
        told_from_us = null,
        is_silent = ${true}, asked_at_ms = null, look_until_ms = null, lease = null, lease_until_ms = null,
        unwatched_since_ms = ${run.nowMs}
    where organization_id = ${organizationId} and sealed_key is not null`);
  await run.change(sql`delete from spare_key where organization_id = ${organizationId}`);
  await stopIncrementalScan(run, organizationId);
};

/** Erases what is known of a workspace's tasks at once, if no hook lives. */
export const forgetWorkspace = async (run: Transaction, organizationId: string): Promise<'forgotten' | 'has hooks'> => {
  await lockWorkspaces(run, [organizationId]);
  const live = await run.first(sql`
    select 1 from hook where organization_id = ${organizationId} and ended_at_ms is null limit 1`);
  if (live !== undefined) return 'has hooks';
  await removeNudgeAddress(run, organizationId);
  await endWatching(run, organizationId);
  // Due for removal now: the clean-up takes it away piece by piece.
  await run.change(sql`
    update workspace set unwatched_since_ms = 0 where organization_id = ${organizationId} and unwatched_since_ms is not null`);
  return 'forgotten';
};

/** Tables of what is known of a workspace's tasks. */
const rowIdOf = {
  snapshot: 'task_id',
  sequence: 'sequence_id',
  contact: 'contact_id',
  template: 'template_id',
  fact_list: 'kind',
  choice: 'id',
  turn: 'set_key',
  nudge_address: 'organization_id',
  poll_span: 'from_ms',
} as const;

const removeRows = async (run: Transaction, organizationId: string, limit: number): Promise<number> => {
  let removed = 0;
  for (const [table, idColumn] of Object.entries(rowIdOf)) {
    if (removed >= limit) return removed;
    const id = constant(idColumn);
    removed += await run.change(sql`
      delete from ${constant(table)} where organization_id = ${organizationId} and ${id} in (
        select ${id} from ${constant(table)} where organization_id = ${organizationId} limit ${limit - removed})`);
  }
  if (removed >= limit) return removed;
  return (
    removed +
    (await run.change(sql`
      delete from person where organization_id = ${organizationId} and user_id in (
        select user_id from person
        where organization_id = ${organizationId}
          and name is null and email is null and aliases is null and away_until_ms is null
        limit ${limit - removed})`))
  );
};

/** From here on the workspace is as if it had never been read. */
const forgetReading = async (run: Transaction, organizationId: string): Promise<void> => {
  await run.change(sql`
    update workspace
    set is_baselined = ${false}, is_complete = ${false}, watermark_us = null, watermark_moved_at_ms = null,
        is_settled = ${false}, swept_at_ms = null, read_at_ms = null, unusable_tasks = 0
    where organization_id = ${organizationId}`);
  await run.change(sql`delete from reading where organization_id = ${organizationId}`);
};

/** Removes up to `limit` rows of what is known of workspaces that have not been watched since then. */
export const forgetUnwatched = async (run: Transaction, beforeMs: number, limit: number): Promise<Cleaned> => {
  const unwatched = await run.first<{ organization_id: string }>(sql`
    select organization_id from workspace
    where unwatched_since_ms < ${beforeMs} and sealed_key is null
    order by unwatched_since_ms limit 1
    ${phrase('lock')}`);
  if (unwatched === undefined) return { removed: 0, goesOn: false };
  const organizationId = unwatched.organization_id;
  await forgetReading(run, organizationId);
  const removed = await removeRows(run, organizationId, limit);
  if (removed >= limit) return { removed, goesOn: true };
  await run.change(sql`update workspace set unwatched_since_ms = null where organization_id = ${organizationId}`);
  // Another workspace may be waiting.
  return { removed, goesOn: true };
};
