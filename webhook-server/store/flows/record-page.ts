import { dispositionOf, outcomeOf } from '../../../contract/event.ts';
import type { Change } from '../changes/change.ts';
import type { Run, Transaction } from '../database.ts';
import { visibleWithinMs } from '../rules.ts';
import { phrase, type Statement, sql, tableOf } from '../sql.ts';
import type {
  DetectedEvent,
  MoreToPublish,
  PageRecord,
  PublishOutcome,
  RecordOptions,
  RecordOutcome,
  Scan,
} from '../work-store.ts';
import {
  beginTasks,
  compareWithSnapshot,
  type Marks,
  markMet,
  removeUnmet,
  type ToldFrom,
} from './compare-snapshot.ts';
import { wantSequences } from './facts.ts';
import { publish } from './publish.ts';
import { forgetScan, type ReadingUnderWay, readingOf, rememberScan } from './scans.ts';
import { renewLease, type Standing } from './workspaces.ts';

/** Intents are closed this many at a time; the next scan closes more. */
const mostClosed = 1_000;

/** Everybody who has a task is in the directory, by id. */
const addAssignees = async (run: Run, { organizationId, rows }: PageRecord): Promise<void> => {
  const userIds = [...new Set(rows.flatMap(({ assigneeId }) => assigneeId?.toLowerCase() ?? []))];
  if (userIds.length === 0) return;
  await run.change(sql`
    insert into person (organization_id, user_id, is_seen)
    select ${organizationId}, user_id, ${true}
    from ${tableOf('seen', userIds.toSorted(), { user_id: ['text', (userId) => userId] })}
    where not exists (
      select 1 from person as known
      where known.organization_id = ${organizationId} and known.user_id = seen.user_id and known.is_seen)
    on conflict (organization_id, user_id) do update set is_seen = excluded.is_seen`);
};

/** Returns the changes that were not stored before. */
const insertEvents = async (run: Run, organizationId: string, changes: readonly Change[]): Promise<Change[]> => {
  if (changes.length === 0) return [];
  const inserted = await run.rows<{ id: string }>(sql`
    insert into event (organization_id, id, type, reading_id, task_id, sequence_id, kind, previous_assignee_id,
                       new_assignee_id, task_type, priority, outcome, disposition, task, occurred_at_us, detected_at_ms,
                       newest_hook)
    select ${organizationId}, id, type, reading_id, task_id, sequence_id, kind, previous_assignee_id,
           new_assignee_id, task_type, priority, outcome, disposition, task, occurred_at_us, detected_at_ms,
           (select max(${phrase('hook number')}) from hook where hook.organization_id = ${organizationId})
    from ${tableOf('found', changes, {
      id: ['text', ({ id }) => id],
      type: ['text', ({ type }) => type],
      reading_id: ['text', ({ scanId }) => scanId],
      task_id: ['text', ({ task }) => task.id],
      sequence_id: ['text', ({ task }) => task.sequence_id],
      kind: ['text', ({ kind }) => kind],
      previous_assignee_id: ['text', ({ previousAssigneeId }) => previousAssigneeId],
      new_assignee_id: ['text', ({ newAssigneeId }) => newAssigneeId],
      task_type: ['text', ({ task }) => task.type ?? null],
      priority: ['text', ({ task }) => task.priority ?? null],
      outcome: ['text', (change) => outcomeOf(change)],
      disposition: ['text', ({ task }) => dispositionOf(task)],
      task: ['text', ({ task }) => JSON.stringify(task)],
      occurred_at_us: ['bigint', ({ occurredAtUs }) => occurredAtUs],
      detected_at_ms: ['bigint', ({ detectedAtMs }) => detectedAtMs],
    })}
    where true
    order by position
    on conflict (id) do nothing
    returning id`);
  const ids = new Set(inserted.map(({ id }) => id));
  return changes.filter(({ id }) => ids.has(id));
};

/** What a task is about is asked for when it is first met, so that it is known before the task is reassigned. */
const wantFacts = async (run: Transaction, { organizationId, rows }: PageRecord, changes: readonly Change[]) => {
  const open = rows.filter(({ isOpen }) => isOpen).map(({ task }) => task);
  const sequenceIds = [...open, ...changes.map(({ task }) => task)].flatMap(({ sequence_id }) => sequence_id ?? []);
  await wantSequences(run, organizationId, sequenceIds);
};

/** Stores what differs from the snapshot. Returns the changes that are to be told. */
const storeChanges = async (
  run: Transaction,
  page: PageRecord,
  isSilent: boolean,
  marks: Marks & ToldFrom,
): Promise<Change[]> => {
  const { organizationId, scan, rows } = page;
  // A baseline must not overwrite what it has read: a task that changes meanwhile is found by the first incremental scan.
  if (scan.kind === 'baseline') {
    await beginTasks(run, organizationId, rows, marks);
    await wantFacts(run, page, []);
    return [];
  }
  const changes = await compareWithSnapshot(run, page, marks);
  const told = isSilent ? [] : changes;
  await wantFacts(run, page, told);
  const found = await insertEvents(run, organizationId, told);
  // New and closed tasks are seen by the looks that there are: they make no further ones.
  if (found.length > 0 && told.some(({ type }) => type === 'task.reassigned')) {
    await run.change(sql`
      update workspace set active_at_ms = ${run.nowMs} where organization_id = ${organizationId}`);
  }
  return found;
};

/** Every task has its fields, unless the reading began before there were columns for them. */
const isCompleteAfter = ({ number }: ReadingUnderWay): Statement => sql`is_complete = ${number > 0}`;

const endBaseline = (run: Transaction, organizationId: string, reading: ReadingUnderWay): Promise<number> =>
  run.change(sql`
    update workspace
    set is_baselined = true, swept_at_ms = ${run.nowMs}, ${isCompleteAfter(reading)},
        listening_since_ms = case when is_silent then null else coalesce(listening_since_ms, ${run.nowMs}) end
    where organization_id = ${organizationId}`);

/** From the first look on that is over after a hook came, changes are told. Without one they still are not. */
const endSilentScan = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`
    update workspace set is_silent = false, listening_since_ms = coalesce(listening_since_ms, ${run.nowMs})
    where organization_id = ${organizationId} and exists (
      select 1 from hook where hook.organization_id = ${organizationId} and ended_at_ms is null)`);

const endIncrementalScan = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`
    update workspace set listening_since_ms = ${run.nowMs}
    where organization_id = ${organizationId} and listening_since_ms is null and not is_silent`);

const endReconciliation = (run: Transaction, organizationId: string, reading: ReadingUnderWay): Promise<number> =>
  run.change(sql`
    update workspace set swept_at_ms = ${run.nowMs}, ${isCompleteAfter(reading)}
    where organization_id = ${organizationId}`);

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

/** What had been seen when somebody began to listen is not new to them. */
const beginTellingNew = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`
    update workspace set told_from_us = coalesce(watermark_us, 0)
    where organization_id = ${organizationId} and told_from_us is null and listening_since_ms is not null`);

const endScan = async (
  run: Transaction,
  { organizationId, scan, end }: PageRecord & { end: NonNullable<PageRecord['end']> },
  reading: ReadingUnderWay,
): Promise<void> => {
  await forgetScan(run, organizationId, scan.kind);
  const endKind = scan.kind === 'incremental' ? (scan.isSilent ? endSilentScan : endIncrementalScan) : endOf[scan.kind];
  await endKind(run, organizationId, reading);
  await recordUnusable(run, organizationId, scan);
  if (scan.kind !== 'reconciliation' && end.watermark !== null) {
    const { us, movedAtMs, isSettled } = end.watermark;
    await run.change(sql`
      update workspace set watermark_us = ${us}, watermark_moved_at_ms = ${movedAtMs}, is_settled = ${isSettled}
      where organization_id = ${organizationId}`);
  }
  await beginTellingNew(run, organizationId);
};

/** What an intent could have done before this scan began has been seen by now, late changes included. */
const closeIntents = (run: Transaction, organizationId: string, scan: Pick<Scan, 'startedAtMs'>): Promise<number> =>
  run.change(sql`
    update intent set closed_at_ms = ${run.nowMs}
    where id in (
      select id from intent
      where organization_id = ${organizationId} and closed_at_ms is null
        and settled_at_ms < ${scan.startedAtMs - visibleWithinMs}
      order by settled_at_ms limit ${mostClosed})`);

type Found = Pick<PageRecord, 'organizationId' | 'waitsForFacts'> & { scan: Pick<Scan, 'kind' | 'startedAtMs'> };

/** Tells a piece of what a scan found. Returns where the next piece begins; intents speak until the last one is told. */
const publishPiece = async (run: Transaction, found: Found, fromSeq: number): Promise<number | null> => {
  const { organizationId, scan, waitsForFacts = false } = found;
  const { deliveries, nextSeq } = await publish(run, organizationId, { waitsForFacts, fromSeq });
  if (deliveries > 0) run.announce('deliver');
  if (nextSeq === null && scan.kind === 'incremental') await closeIntents(run, organizationId, scan);
  return nextSeq;
};

/** What an incremental scan finds is published when it ends; what a reconciliation finds, page by page. */
const publishWhenDue = async (run: Transaction, page: PageRecord): Promise<number | null> => {
  const { scan, end } = page;
  return scan.kind === 'baseline' || (scan.kind === 'incremental' && end === null) ? null : publishPiece(run, page, 0);
};

/** Tells the next piece of what a scan found, and renews the lease. */
export const publishMore = async (
  run: Transaction,
  { fromSeq, ...found }: MoreToPublish,
  { leaseMs }: { leaseMs: number },
): Promise<PublishOutcome> => {
  if ((await renewLease(run, found, leaseMs)) === undefined) return { kind: 'lease lost' };
  return { kind: 'published', untoldFrom: await publishPiece(run, found, fromSeq) };
};

/** Notes which tasks a reading has met, and removes those that it passed without meeting them, if it could tell. */
const followReading = async (run: Transaction, page: PageRecord, reading: ReadingUnderWay, marks: Marks) => {
  const { organizationId, scan, rows, unusableIds = [], end } = page;
  if (scan.kind === 'incremental' || reading.number === 0) return;
  await markMet(
    run,
    organizationId,
    [...rows.map(({ task }) => task.id), ...unusableIds.flatMap((id) => id ?? [])],
    marks,
  );
  const untilUs = end === null ? (scan.cursor?.borderKey ?? reading.borderUs) : null;
  if (unusableIds.includes(null) || (end === null && untilUs === reading.borderUs)) return;
  await removeUnmet(run, organizationId, { fromUs: reading.borderUs, untilUs }, marks);
};

/** A reconciliation takes long, and whether somebody listens may change meanwhile. */
const isSilentFor = ({ kind, isSilent }: Scan, standing: Standing): boolean =>
  kind === 'reconciliation' ? standing.isSilent : isSilent;

/** Since when a task must have been closed to keep its fields. */
const closedSinceUs = (nowMs: number, { keepClosedMs }: RecordOptions): number =>
  keepClosedMs === undefined ? Number.MIN_SAFE_INTEGER : (nowMs - keepClosedMs) * 1000;

const detectedOf = ({ type, kind, occurredAtUs, detectedAtMs }: Change): DetectedEvent => ({
  type,
  kind,
  delayMs: Math.max(0, detectedAtMs - occurredAtUs / 1000),
});

/** Compares the rows of one page with the snapshot, stores what differs, and publishes it when its turn has come. */
export const recordPage = async (
  run: Transaction,
  page: PageRecord,
  options: RecordOptions,
): Promise<RecordOutcome> => {
  const { organizationId, scan, end } = page;
  // From here on the workspace is locked.
  const standing = await renewLease(run, page, options.leaseMs);
  if (standing === undefined) return { kind: 'lease lost' };
  await addAssignees(run, page);
  const reading =
    scan.kind === 'incremental'
      ? { number: standing.readings, borderUs: null }
      : await readingOf(run, organizationId, scan);
  const marks = { reading: reading.number, closedSinceUs: closedSinceUs(run.nowMs, options) };
  const { toldFromUs } = standing;
  const changes = await storeChanges(run, page, isSilentFor(scan, standing), { ...marks, toldFromUs });
  await followReading(run, page, reading, marks);
  if (end === null) await rememberScan(run, organizationId, scan, reading.number);
  else await endScan(run, { ...page, end }, reading);
  const untoldFrom = await publishWhenDue(run, page);
  return { kind: 'recorded', detected: changes.map(detectedOf), untoldFrom };
};
