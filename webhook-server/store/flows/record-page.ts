import type { Change } from '../changes/change.ts';
import type { Run, Transaction } from '../database.ts';
import { visibleWithinMs } from '../rules.ts';
import { sql, tableOf } from '../sql.ts';
import type { PageRecord, RecordOutcome, Scan } from '../work-store.ts';
import { compareWithSnapshot, insertTasks } from './compare-snapshot.ts';
import { publish } from './publish.ts';
import { forgetScan, rememberScan } from './scans.ts';
import { renewLease } from './workspaces.ts';

/** Intents are closed this many at a time; the next scan closes more. */
const mostClosed = 1_000;

/** Everybody who has a task is in the directory, by id. */
const addAssignees = async (run: Run, { organizationId, rows }: PageRecord): Promise<void> => {
  const userIds = [...new Set(rows.flatMap(({ assigneeId }) => assigneeId?.toLowerCase() ?? []))];
  if (userIds.length === 0) return;
  await run.change(sql`
    insert into person (organization_id, user_id)
    select ${organizationId}, user_id
    from ${tableOf('seen', userIds.toSorted(), { user_id: ['text', (userId) => userId] })}
    where true
    on conflict do nothing`);
};

const insertEvents = async (run: Run, organizationId: string, changes: readonly Change[]): Promise<number> => {
  if (changes.length === 0) return 0;
  return run.change(sql`
    insert into event (organization_id, id, reading_id, task_id, sequence_id, kind, previous_assignee_id,
                       new_assignee_id, task_type, priority, task, occurred_at_us, detected_at_ms)
    select ${organizationId}, id, reading_id, task_id, sequence_id, kind, previous_assignee_id,
           new_assignee_id, task_type, priority, task, occurred_at_us, detected_at_ms
    from ${tableOf('found', changes, {
      id: ['text', ({ id }) => id],
      reading_id: ['text', ({ scanId }) => scanId],
      task_id: ['text', ({ task }) => task.id],
      sequence_id: ['text', ({ task }) => task.sequence_id],
      kind: ['text', ({ kind }) => kind],
      previous_assignee_id: ['text', ({ previousAssigneeId }) => previousAssigneeId],
      new_assignee_id: ['text', ({ newAssigneeId }) => newAssigneeId],
      task_type: ['text', ({ task }) => task.type ?? null],
      priority: ['text', ({ task }) => task.priority ?? null],
      task: ['text', ({ task }) => JSON.stringify(task)],
      occurred_at_us: ['bigint', ({ occurredAtUs }) => occurredAtUs],
      detected_at_ms: ['bigint', ({ detectedAtMs }) => detectedAtMs],
    })}
    where true
    order by position
    on conflict (id) do nothing`);
};

/** Stores what differs from the snapshot. Returns how many changes are to be told. */
const storeChanges = async (run: Transaction, page: PageRecord): Promise<number> => {
  const { organizationId, scan, rows } = page;
  // A baseline must not overwrite what it has read: a task that changes meanwhile is found by the first incremental scan.
  if (scan.kind === 'baseline') {
    await insertTasks(run, organizationId, rows);
    return 0;
  }
  const changes = await compareWithSnapshot(run, page);
  const found = scan.isSilent ? 0 : await insertEvents(run, organizationId, changes);
  if (found > 0) {
    await run.change(sql`
      update workspace set active_at_ms = ${run.nowMs} where organization_id = ${organizationId}`);
  }
  return found;
};

const endBaseline = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`
    update workspace
    set is_baselined = true, swept_at_ms = ${run.nowMs},
        listening_since_ms = case when is_silent then null else coalesce(listening_since_ms, ${run.nowMs}) end
    where organization_id = ${organizationId}`);

const endSilentScan = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`
    update workspace set is_silent = false, listening_since_ms = coalesce(listening_since_ms, ${run.nowMs})
    where organization_id = ${organizationId}`);

const endIncrementalScan = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`
    update workspace set listening_since_ms = ${run.nowMs}
    where organization_id = ${organizationId} and listening_since_ms is null and not is_silent`);

const endReconciliation = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`update workspace set swept_at_ms = ${run.nowMs} where organization_id = ${organizationId}`);

const endOf = { baseline: endBaseline, reconciliation: endReconciliation };

/** Only a scan of every task knows the whole number: an incremental one sees the newest. */
const recordUnusable = async (
  run: Transaction,
  organizationId: string,
  { kind, rowsUnusable = 0 }: Scan,
): Promise<void> => {
  const atLeast =
    kind === 'incremental' ? sql`and unusable_tasks < ${rowsUnusable}` : sql`and unusable_tasks <> ${rowsUnusable}`;
  await run.change(sql`
    update workspace set unusable_tasks = ${rowsUnusable} where organization_id = ${organizationId} ${atLeast}`);
};

const endScan = async (
  run: Transaction,
  { organizationId, scan, end }: PageRecord & { end: NonNullable<PageRecord['end']> },
): Promise<void> => {
  await forgetScan(run, organizationId, scan.kind);
  const endKind = scan.kind === 'incremental' ? (scan.isSilent ? endSilentScan : endIncrementalScan) : endOf[scan.kind];
  await endKind(run, organizationId);
  await recordUnusable(run, organizationId, scan);
  if (scan.kind === 'reconciliation' || end.watermark === null) return;
  const { us, movedAtMs, isSettled } = end.watermark;
  await run.change(sql`
    update workspace set watermark_us = ${us}, watermark_moved_at_ms = ${movedAtMs}, is_settled = ${isSettled}
    where organization_id = ${organizationId}`);
};

/** What an incremental scan finds is published together, when it ends; what a reconciliation finds, page by page. */
const publishWhenDue = async (run: Transaction, { organizationId, scan, end }: PageRecord): Promise<void> => {
  if (scan.kind === 'baseline' || (scan.kind === 'incremental' && end === null)) return;
  if ((await publish(run, organizationId)) > 0) run.announce('deliver');
  if (scan.kind !== 'incremental') return;
  // What an intent could have done before this scan began has been seen by now, late changes included.
  await run.change(sql`
    update intent set closed_at_ms = ${run.nowMs}
    where id in (
      select id from intent
      where organization_id = ${organizationId} and closed_at_ms is null
        and settled_at_ms < ${scan.startedAtMs - visibleWithinMs}
      order by settled_at_ms limit ${mostClosed})`);
};

/** Compares the rows of one page with the snapshot, stores what differs, and publishes it when its turn has come. */
export const recordPage = async (run: Transaction, page: PageRecord, leaseMs: number): Promise<RecordOutcome> => {
  const { organizationId, scan, end } = page;
  // From here on the workspace is locked.
  if (!(await renewLease(run, page, leaseMs))) return { kind: 'lease lost' };
  await addAssignees(run, page);
  const changes = await storeChanges(run, page);
  if (end === null) await rememberScan(run, organizationId, scan);
  else await endScan(run, { ...page, end });
  await publishWhenDue(run, page);
  return { kind: 'recorded', changes };
};
