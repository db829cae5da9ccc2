import { dispositionOf, outcomeOf } from '../../../contract/event.ts';
import type { Change } from '../changes/change.ts';
import type { NewDelivery } from '../changes/fan-out.ts';
import type { Run, Transaction } from '../database.ts';
import { visibleWithinMs } from '../rules.ts';
import { assignments, phrase, type Statement, sql, tableOf } from '../sql.ts';
import type {
  ClaimLimits,
  DeliveryClaim,
  DetectedEvent,
  MoreToPublish,
  PageRecord,
  PublishOutcome,
  RecordOptions,
  RecordOutcome,
  Scan,
  SeenTask,
} from '../work-store.ts';
import { type Claimer, claimWhatIsTold } from './claim-deliveries.ts';
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

/** The newest hook that hears of what is found now. While nobody listens, one before all that live. */
const newestHook = (organizationId: string, isSilent: boolean): Statement => {
  const number = phrase('hook number');
  const newest = isSilent
    ? sql`coalesce(min(case when ended_at_ms is null then ${number} end) - 1, max(${number}), 0)`
    : sql`max(${number})`;
  return sql`(select ${newest} from hook where hook.organization_id = ${organizationId})`;
};

/** Returns the changes that were not stored before. */
const insertEvents = async (
  run: Run,
  organizationId: string,
  changes: readonly Change[],
  isSilent: boolean,
): Promise<Change[]> => {
  if (changes.length === 0) return [];
  const inserted = await run.rows<{ id: string }>(sql`
    insert into event (organization_id, id, type, reading_id, task_id, sequence_id, kind, previous_assignee_id,
                       new_assignee_id, task_type, priority, outcome, disposition, task, occurred_at_us, detected_at_ms,
                       newest_hook)
    select ${organizationId}, id, type, reading_id, task_id, sequence_id, kind, previous_assignee_id,
           new_assignee_id, task_type, priority, outcome, disposition, task, occurred_at_us, detected_at_ms,
           ${newestHook(organizationId, isSilent)}
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
const wantFacts = async (
  run: Transaction,
  { organizationId }: PageRecord,
  rows: readonly SeenTask[],
  changes: readonly Change[],
): Promise<number> => {
  const open = rows.filter(({ isOpen }) => isOpen).map(({ task }) => task);
  const sequenceIds = [...open, ...changes.map(({ task }) => task)].flatMap(({ sequence_id }) => sequence_id ?? []);
  return wantSequences(run, organizationId, sequenceIds);
};

/** The changes that are to be told: none while nobody listens. So many rows of what tasks are about came to be wanted. */
type Stored = { told: readonly Change[]; newlyWanted: number };

/** Stores what differs from the snapshot. */
const storeChanges = async (
  run: Transaction,
  page: PageRecord,
  isSilent: boolean,
  marks: Marks & ToldFrom,
): Promise<Stored> => {
  const { organizationId, scan, rows } = page;
  // A baseline must not overwrite what it has read: a task that changes meanwhile is found by the first incremental scan.
  if (scan.kind === 'baseline') {
    await beginTasks(run, organizationId, rows, marks);
    return { told: [], newlyWanted: await wantFacts(run, page, rows, []) };
  }
  const { news, changes } = await compareWithSnapshot(run, page, marks);
  // Of a time in which nobody watched only the outcome is known: it is no history.
  const kept = isSilent && marks.toldFromUs === null ? [] : changes;
  // What only history is about is not asked for. A reconciliation asks again for what is missing.
  const asking = scan.kind === 'reconciliation' ? rows : news;
  const newlyWanted = await wantFacts(run, page, asking, isSilent ? [] : kept);
  const found = await insertEvents(run, organizationId, kept, isSilent);
  if (isSilent) return { told: [], newlyWanted };
  // New and closed tasks are seen by the looks that there are: they make no further ones.
  if (found.length > 0 && changes.some(({ type }) => type === 'task.reassigned')) {
    await run.change(sql`
      update workspace set active_at_ms = ${run.nowMs} where organization_id = ${organizationId}`);
  }
  return { told: found, newlyWanted };
};

/**
 * What a scan that has ended changes of its workspace. `listening`: since when somebody listens, from now on. `toldFrom`:
 * what is new to them, as far as that was known before; absent, it stays.
 */
type Ending = { listening: Statement; toldFrom?: Statement; changed: readonly Statement[] };

/** Every task has its fields, unless the reading began before there were columns for them. */
const isCompleteAfter = ({ number }: ReadingUnderWay): Statement => sql`is_complete = ${number > 0}`;

const listeningUnlessSilent = (nowMs: number): Statement =>
  sql`case when is_silent then listening_since_ms else coalesce(listening_since_ms, ${nowMs}) end`;

const endBaseline = (nowMs: number, reading: ReadingUnderWay): Ending => ({
  listening: sql`case when is_silent then null else coalesce(listening_since_ms, ${nowMs}) end`,
  changed: [sql`is_baselined = ${true}, swept_at_ms = ${nowMs}`, isCompleteAfter(reading)],
});

const hasHooks = (organizationId: string): Statement => sql`exists (
  select 1 from hook where hook.organization_id = ${organizationId} and ended_at_ms is null)`;

const hadHooks = (organizationId: string): Statement => sql`exists (
  select 1 from hook where hook.organization_id = ${organizationId} and ended_at_ms is not null)`;

/** From the first look on that is over after a hook came, changes are told. Without one they still are not. */
const endSilentScan = (nowMs: number, organizationId: string): Ending => ({
  listening: sql`case when ${hasHooks(organizationId)} then coalesce(listening_since_ms, ${nowMs}) else listening_since_ms end`,
  toldFrom: sql`case when ${hasHooks(organizationId)} then null else told_from_us end`,
  changed: [sql`is_silent = is_silent and not ${hasHooks(organizationId)}`],
});

const endIncrementalScan = (nowMs: number): Ending => ({ listening: listeningUnlessSilent(nowMs), changed: [] });

const endReconciliation = (nowMs: number, reading: ReadingUnderWay): Ending => ({
  listening: sql`listening_since_ms`,
  changed: [sql`swept_at_ms = ${nowMs}`, isCompleteAfter(reading)],
});

const endingOf = (nowMs: number, { organizationId, scan }: PageRecord, reading: ReadingUnderWay): Ending => {
  switch (scan.kind) {
    case 'baseline':
      return endBaseline(nowMs, reading);
    case 'reconciliation':
      return endReconciliation(nowMs, reading);
    case 'incremental':
      return scan.isSilent ? endSilentScan(nowMs, organizationId) : endIncrementalScan(nowMs);
  }
};

/** Only a scan of every task knows the whole number: an incremental one sees the newest. */
const unusableAfter = ({ kind, rowsUnusable = 0 }: Scan): Statement =>
  kind === 'incremental' ? sql`greatest(unusable_tasks, ${rowsUnusable})` : sql`${rowsUnusable}`;

type EndOfScan = PageRecord & { end: NonNullable<PageRecord['end']> };

/** The watermark from now on: a reconciliation leaves it where it is. */
const watermarkSetBy = ({ scan, end }: EndOfScan) => (scan.kind === 'reconciliation' ? null : end.watermark);

/** All that the end of a scan changes of its workspace is one statement, as every change that is told waits for it. */
const endScan = async (run: Transaction, page: EndOfScan, reading: ReadingUnderWay): Promise<void> => {
  const { organizationId, scan } = page;
  await forgetScan(run, organizationId, scan.kind);
  const { listening, toldFrom = sql`told_from_us`, changed } = endingOf(run.nowMs, page, reading);
  const watermark = watermarkSetBy(page);
  const watermarkUs = watermark === null ? sql`watermark_us` : sql`cast(${watermark.us} as bigint)`;
  const moved =
    watermark === null
      ? []
      : [
          sql`watermark_us = ${watermark.us}, watermark_moved_at_ms = ${watermark.movedAtMs}, is_settled = ${watermark.isSettled}`,
        ];
  // What had been seen when somebody began to listen is not new to them; nor is it to the history of a Zap that is off.
  const isUnheard = sql`${listening} is null and not ${hadHooks(organizationId)}`;
  const toldFromNow = sql`case when ${isUnheard} then ${toldFrom} else coalesce(${toldFrom}, ${watermarkUs}, 0) end`;
  await run.change(sql`
    update workspace
    set ${assignments([
      sql`listening_since_ms = ${listening}, told_from_us = ${toldFromNow}, unusable_tasks = ${unusableAfter(scan)}`,
      ...changed,
      ...moved,
    ])}
    where organization_id = ${organizationId}`);
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

type Told = { untoldFrom: number | null; claims: readonly DeliveryClaim[] };

/** Takes what is due of what was just told, unless that is too much, and has somebody look for the rest. */
const claimOrAnnounce = async (
  run: Transaction,
  claimer: Claimer,
  deliveries: readonly NewDelivery[],
  limits: ClaimLimits | undefined,
): Promise<DeliveryClaim[]> => {
  const hookIds = [...new Set(deliveries.map(({ hookId }) => hookId))];
  const areFew = limits !== undefined && deliveries.length <= Math.min(limits.limit, limits.perHook);
  const claims = areFew ? await claimWhatIsTold(run, claimer, hookIds, limits) : [];
  const claimed = new Set(claims.map(({ id }) => id));
  if (deliveries.some(({ id }) => !claimed.has(id))) run.announce('deliver');
  return claims;
};

/** Tells a piece of what a scan found. `untoldFrom`: where the next one begins; intents speak until the last one is told. */
const publishPiece = async (
  run: Transaction,
  claimer: Claimer,
  found: Found,
  { fromSeq, claim }: { fromSeq: number; claim?: ClaimLimits | undefined },
): Promise<Told> => {
  const { organizationId, scan, waitsForFacts = false } = found;
  const { deliveries, nextSeq } = await publish(run, organizationId, { waitsForFacts, fromSeq });
  const claims = await claimOrAnnounce(run, claimer, deliveries, claim);
  if (nextSeq === null && scan.kind === 'incremental') await closeIntents(run, organizationId, scan);
  return { untoldFrom: nextSeq, claims };
};

/** What an incremental scan finds is published when it ends; what a reconciliation finds, page by page. */
const publishWhenDue = async (
  run: Transaction,
  claimer: Claimer,
  page: PageRecord,
  { claim }: RecordOptions,
): Promise<Told> => {
  const { scan, end } = page;
  return scan.kind === 'baseline' || (scan.kind === 'incremental' && end === null)
    ? { untoldFrom: null, claims: [] }
    : publishPiece(run, claimer, page, { fromSeq: 0, claim });
};

/** Tells the next piece of what a scan found, and renews the lease. */
export const publishMore = async (
  run: Transaction,
  claimer: Claimer,
  { fromSeq, ...found }: MoreToPublish,
  { leaseMs }: { leaseMs: number },
): Promise<PublishOutcome> => {
  if ((await renewLease(run, found, leaseMs)) === undefined) return { kind: 'lease lost' };
  const { untoldFrom } = await publishPiece(run, claimer, found, { fromSeq });
  return { kind: 'published', untoldFrom };
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
  claimer: Claimer,
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
  const isSilent = isSilentFor(scan, standing);
  const { told: changes, newlyWanted } = await storeChanges(run, page, isSilent, { ...marks, toldFromUs });
  await followReading(run, page, reading, marks);
  if (end === null) await rememberScan(run, organizationId, scan, reading.number);
  else await endScan(run, { ...page, end }, reading);
  // Nobody waits for history.
  const found = isSilent ? { ...page, waitsForFacts: false } : page;
  const { untoldFrom, claims } = await publishWhenDue(run, claimer, found, options);
  const recorded = {
    kind: 'recorded' as const,
    detected: changes.map(detectedOf),
    untoldFrom,
    wantsFacts: newlyWanted > 0,
  };
  return options.claim === undefined ? recorded : { ...recorded, claims };
};
