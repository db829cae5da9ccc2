import type { UnusableItem } from '../../topo/list.ts';
import { listTasks, type TaskPage, type TaskQuery } from '../../topo/list-tasks.ts';
import { microseconds } from '../../topo/microseconds.ts';
import { visibleWithinMs } from '../store/rules.ts';
import type { Cursor, PollClaim, RecordOutcome, Scan, SeenTask, WorkStore } from '../store/work-store.ts';
import type { BudgetedCall, PollEnd } from './budgeted-call.ts';
import type { DetectorCounts } from './detector-counts.ts';
import type { FirstLooks } from './first-looks.ts';
import { nextPage, type Paging } from './pagination/next-page.ts';
import type { NextPage, PageFacts, PageStep } from './pagination/page-step.ts';
import { type PageWindow, pageFrom } from './pagination/page-window.ts';
import { publishRest } from './publish-rest.ts';
import type { ReportUnusable } from './report-unusable.ts';
import { isIncremental, newestOf, seenTask, watermarkAfter } from './scan.ts';

export type ScanPorts = {
  store: Pick<WorkStore, 'isKnown' | 'countTasksAt' | 'recordPage' | 'publishMore'>;
  callTopo: BudgetedCall;
  reportUnusable: ReportUnusable;
  leaseMs: number;
  /** Aborts when the server stops. */
  signal: AbortSignal;
  /** Tasks that were closed longer ago than this lose their fields. */
  keepClosedMs: number;
  /** Whether what a change's task is about is going to be looked up in this poll. */
  waitsForFacts: boolean;
  firstLooks: FirstLooks;
  /** Whether this poll may read another page. */
  mayGoOn: () => boolean;
  counts?: DetectorCounts | undefined;
};

/**
 * - `ended`: everything was read; `changes` were found.
 * - `paused`: this poll may read no further page; the scan continues with the next one.
 * - `stop`: the poll ends here, for the reason in `end`.
 *
 * `scan` is how far it came; `asksForFacts`: what it found may ask what its tasks are about.
 */
export type ScanOutcome = { scan: Scan; asksForFacts: boolean } & (
  | { kind: 'ended' | 'paused'; changes: number }
  | { kind: 'stop'; end: PollEnd }
);

export const leaseLost: PollEnd = { result: 'postponed', nextPollInMs: 0, reason: 'the lease was lost' };

const isFirstPageOfIncremental = (scan: Scan): boolean => isIncremental(scan) && scan.cursor === null;

const pagingOf = (scan: Scan): Paging => (isIncremental(scan) ? 'adjacent' : 'overlapping');

const queryOf = (scan: Scan, { page, size }: PageWindow): TaskQuery =>
  isIncremental(scan)
    ? { page, size, sortBy: 'updated_at', sortOrder: 'desc' }
    : { page, size, sortBy: 'created_at', sortOrder: 'asc' };

/** A key for each row, in its place; null for one that cannot be used. */
const keysOf = (scan: Scan, { items, unusable }: TaskPage): (number | null)[] => {
  const keys: (number | null)[] = items.map(({ updated_at, created_at }) =>
    isIncremental(scan) ? -microseconds(updated_at) : microseconds(created_at),
  );
  // Their places ascend, so each is put in after those before it.
  for (const { index } of unusable) keys.splice(index, 0, null);
  return keys;
};

/** What the page showed, with keys that ascend in the order in which the scan meets the rows. */
const factsOf = (scan: Scan, window: PageWindow, page: TaskPage): PageFacts => ({
  window,
  keys: keysOf(scan, page),
  totalCount: page.total_count,
  hasMore: page.has_more,
});

/** Where the scan continues after a step; null when it has ended, at the end of the list or past the floor. */
const cursorAfter = ({ floorUs }: Scan, step: PageStep): Cursor | null => {
  if (step.kind === 'complete') return null;
  const floorKey = floorUs === null ? Number.POSITIVE_INFINITY : -floorUs;
  return step.cursor.borderKey > floorKey ? null : step.cursor;
};

/** Progress never goes back, although some rows are read more than once. */
const progressOf = (
  { rowsRead, rowsUnusable = 0 }: Scan,
  { offset }: PageWindow,
  { items, unusable, total_count }: TaskPage,
): Pick<Scan, 'rowsRead' | 'totalRows' | 'rowsUnusable'> => ({
  rowsRead: Math.min(total_count, Math.max(rowsRead, offset + items.length + unusable.length)),
  totalRows: total_count,
  rowsUnusable: rowsUnusable + unusable.filter(({ index }) => offset + index >= rowsRead).length,
});

/** Whether one page may show that there is no news at all. */
const mayBeIdle = (scan: Scan, { watermark, hasListeners, hasUnpublished }: PollClaim): boolean =>
  isFirstPageOfIncremental(scan) &&
  watermark?.isSettled === true &&
  !hasUnpublished &&
  // A hook listens from the end of the silent scan on.
  !(scan.isSilent && hasListeners);

/** Whether a first page without news proves that there is no news at all. */
const coversAllNews = ({ watermark }: PollClaim, page: TaskPage, rows: readonly SeenTask[]): boolean => {
  const oldest = rows.at(-1);
  return !page.has_more || (oldest !== undefined && watermark !== null && oldest.updatedAtUs <= watermark.us);
};

/** How many rows of a page a scan that begins now would read once more, as what they show has not settled. */
const countRowsAgain = ({ topUs }: Scan, rows: readonly SeenTask[]): number =>
  topUs === null ? 0 : rows.filter(({ updatedAtUs }) => updatedAtUs >= topUs - visibleWithinMs * 1000).length;

type PagePorts = Omit<ScanPorts, 'reportUnusable'> & { skip: (unusable: readonly UnusableItem[]) => void };

const readPages = async (
  begun: Scan,
  claim: PollClaim,
  { store, callTopo, skip, leaseMs, keepClosedMs, waitsForFacts, firstLooks, mayGoOn, signal, counts }: PagePorts,
  maxPages: number,
): Promise<ScanOutcome> => {
  const { organizationId, lease, watermark, hasUnknownSequences, hasUnknownContacts } = claim;
  let scan = begun;
  let changes = 0;
  let asksForFacts = false;

  const record = async (
    rows: readonly SeenTask[],
    cursor: Cursor | null,
    unusableIds: readonly (string | null)[],
  ): Promise<RecordOutcome> => {
    scan = { ...scan, cursor };
    const end = cursor === null ? { watermark: watermarkAfter(scan, watermark) } : null;
    const requestedAtMs = callTopo.requestedAtMs();
    const page = { organizationId, lease, rows, unusableIds, waitsForFacts, scan, end, requestedAtMs };
    const outcome = await store.recordPage(page, { leaseMs, keepClosedMs });
    if (outcome.kind === 'lease lost') return outcome;
    counts?.detected(outcome.detected);
    changes += outcome.detected.length;
    // What is asked for already is looked up in any case, but a change may wait for what cannot be.
    asksForFacts ||= outcome.wantsFacts || (outcome.detected.length > 0 && (hasUnknownSequences || hasUnknownContacts));
    const more = { organizationId, lease, waitsForFacts, scan, fromSeq: outcome.untoldFrom };
    const told = await publishRest(store, more, leaseMs, signal);
    return told.kind === 'lease lost' ? told : outcome;
  };

  const areAllStored = async ({ key, expected }: NextPage & { kind: 'count' }): Promise<boolean> => {
    const [which, us] = isIncremental(scan) ? (['updated', -key] as const) : (['created', key] as const);
    return (await store.countTasksAt(organizationId, which, us)) >= expected;
  };

  for (let pages = 0; pages < maxPages && (pages === 0 || mayGoOn()); pages += 1) {
    const look = isFirstPageOfIncremental(scan) ? firstLooks.next(claim) : null;
    const idleLook = mayBeIdle(scan, claim) ? look : null;
    const window = pageFrom(scan.cursor?.offset ?? 0, look?.size);
    const request = listTasks(queryOf(scan, window));
    const called = idleLook === null ? await callTopo(request) : await callTopo.compare(request, idleLook.seen);
    if (called.kind === 'stop') return { ...called, scan, asksForFacts };
    const noNews: ScanOutcome = { kind: 'ended', changes, scan, asksForFacts };
    if (called.kind === 'unchanged') {
      if (idleLook !== null && idleLook.seen !== null) firstLooks.foundNothing(claim, idleLook.size, idleLook.seen);
      return noNews;
    }

    const { answer: page, nowUs } = called;
    const rows = page.items.map(seenTask);
    skip(page.unusable.filter(({ index }) => isIncremental(scan) || window.offset + index >= scan.rowsRead));
    const isKnownAmount = page.unusable.length <= claim.unusableTasks;
    const isIdle = idleLook !== null && isKnownAmount && coversAllNews(claim, page, rows);
    if (isIdle && (await store.isKnown(organizationId, rows))) {
      // Rows that cannot be used are reported each time they are met.
      const isWhollyRead = page.unusable.length === 0;
      if (isWhollyRead && called.fingerprint !== undefined) {
        firstLooks.foundNothing(claim, idleLook.size, called.fingerprint);
      }
      return noNews;
    }

    scan = { ...scan, ...progressOf(scan, window, page) };
    if (isIncremental(scan) && scan.topUs === null) scan = { ...scan, topUs: newestOf(rows, nowUs) };
    const next = nextPage(factsOf(scan, window, page), scan.cursor, pagingOf(scan));
    const cursor = cursorAfter(scan, next.kind === 'count' ? next.whenSome : next);
    const unusableIds = page.unusable.map(({ id }) => id);
    if (look !== null) firstLooks.found(claim, look.size, countRowsAgain(scan, rows));
    const recorded = await record(rows, cursor, unusableIds);
    if (recorded.kind === 'lease lost') return { kind: 'stop', end: leaseLost, scan, asksForFacts };
    if (cursor === null) return { kind: 'ended', changes, scan, asksForFacts };
    if (next.kind !== 'count' || !(await areAllStored(next))) continue;

    const passed = cursorAfter(scan, next.whenAll);
    if ((await record([], passed, unusableIds)).kind === 'lease lost')
      return { kind: 'stop', end: leaseLost, scan, asksForFacts };
    if (passed === null) return { kind: 'ended', changes, scan, asksForFacts };
  }
  return { kind: 'paused', changes, scan, asksForFacts };
};

/**
 * Reads page after page, and stores each page together with where the scan continues, so that an interruption costs at
 * most one page. Rows that cannot be used are reported and passed over.
 */
export const advanceScan = async (
  begun: Scan,
  claim: PollClaim,
  ports: ScanPorts,
  maxPages: number,
): Promise<ScanOutcome> => {
  const skipped: UnusableItem[] = [];
  const skip = (unusable: readonly UnusableItem[]) => skipped.push(...unusable);
  const outcome = await readPages(begun, claim, { ...ports, skip }, maxPages);
  ports.reportUnusable(claim.organizationId, outcome.scan, skipped);
  return outcome;
};
