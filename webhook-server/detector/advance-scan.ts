import { listTasks, type TaskPage, type TaskQuery } from '../../topo/list-tasks.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Cursor, PollClaim, Reading, RecordOutcome, SeenTask, Watermark, WorkStore } from '../store/work-store.ts';
import type { BudgetedCall, PollEnd } from './budgeted-call.ts';
import { follow, type Paging } from './pagination/next-page.ts';
import type { Continuation, PageFacts, Step } from './pagination/page-step.ts';
import { type PageWindow, pageFrom } from './pagination/page-window.ts';
import { newestOf, seenTask, watermarkAfter } from './scan.ts';

export type ReadPorts = {
  store: Pick<WorkStore, 'isKnown' | 'countTasksAt' | 'recordPage'>;
  ask: BudgetedCall;
  leaseMs: number;
};

/**
 * - `ended`: everything was read; `changes` were found.
 * - `paused`: as many pages were read as were asked for; the reading goes on with the next poll.
 * - `stop`: the poll ends here, for the reason that the end gives.
 *
 * `reading` tells how far it came.
 */
export type ReadOutcome = { reading: Reading } & (
  | { kind: 'ended' | 'paused'; changes: number }
  | { kind: 'stop'; end: PollEnd }
);

export const leaseLost: PollEnd = { result: 'put off', nextPollInMs: 0, reason: 'the lease was lost' };

const isWalk = ({ kind }: Reading): boolean => kind === 'walk';

const isFirstOfWalk = (reading: Reading): boolean => isWalk(reading) && reading.cursor === null;

const pagingOf = (reading: Reading): Paging => (isWalk(reading) ? 'adjacent' : 'overlapping');

const queryOf = (reading: Reading, { page, size }: PageWindow): TaskQuery =>
  isWalk(reading)
    ? { page, size, sortBy: 'updated_at', sortOrder: 'desc' }
    : { page, size, sortBy: 'created_at', sortOrder: 'asc' };

/** What the page showed, with keys that ascend in the order in which the reading meets the rows. */
const factsOf = (reading: Reading, window: PageWindow, page: TaskPage): PageFacts => ({
  window,
  keys: page.items.map((task) => (isWalk(reading) ? -microseconds(task.updated_at) : microseconds(task.created_at))),
  totalCount: page.total_count,
  hasMore: page.has_more,
});

/** Where the reading goes on after a step; null when it has ended, at the end of the list or past the floor. */
const cursorAfter = ({ floorUs }: Reading, step: Step): Cursor | null => {
  if (step.kind === 'complete') return null;
  const floorKey = floorUs === null ? Number.POSITIVE_INFINITY : -floorUs;
  return step.cursor.borderKey > floorKey ? null : step.cursor;
};

/** How far the reading has come, however often it reads some rows again. */
const progressOf = (
  { rowsRead }: Reading,
  { offset }: PageWindow,
  { items, total_count }: TaskPage,
): Pick<Reading, 'rowsRead' | 'totalRows'> => ({
  rowsRead: Math.min(total_count, Math.max(rowsRead, offset + items.length)),
  totalRows: total_count,
});

/** Whether a first page that holds nothing new proves that nothing at all is new. */
const isEnough = (
  reading: Reading,
  watermark: Watermark | null,
  page: TaskPage,
  rows: readonly SeenTask[],
): boolean => {
  if (!isFirstOfWalk(reading) || reading.isSilent || watermark?.isSettled !== true) return false;
  const oldest = rows.at(-1);
  return oldest === undefined || !page.has_more || oldest.updatedAtUs <= watermark.us;
};

/**
 * Reads on, page by page, and stores each page together with where the reading goes on, so that whatever interrupts it
 * costs no more than one page.
 */
export const readOn = async (
  begun: Reading,
  claim: PollClaim,
  { store, ask, leaseMs }: ReadPorts,
  mostPages: number,
): Promise<ReadOutcome> => {
  const { organizationId, lease, watermark, hasUnpublished } = claim;
  let reading = begun;
  let changes = 0;

  const record = async (rows: readonly SeenTask[], cursor: Cursor | null): Promise<RecordOutcome> => {
    reading = { ...reading, cursor };
    const end = cursor === null ? { watermark: watermarkAfter(reading, watermark) } : null;
    const requestedAtMs = ask.requestedAtMs();
    const outcome = await store.recordPage({ organizationId, lease, rows, reading, end, requestedAtMs }, { leaseMs });
    if (outcome.kind === 'recorded') changes += outcome.changes;
    return outcome;
  };

  const areAllStored = async ({ key, expected }: Continuation & { kind: 'count' }): Promise<boolean> => {
    const [which, us] = isWalk(reading) ? (['updated', -key] as const) : (['created', key] as const);
    return (await store.countTasksAt(organizationId, which, us)) >= expected;
  };

  for (let pages = 0; pages < mostPages; pages += 1) {
    const window = pageFrom(reading.cursor?.offset ?? 0);
    const asked = await ask(listTasks(queryOf(reading, window)));
    if (asked.kind === 'stop') return { ...asked, reading };

    const { answer: page, nowUs } = asked;
    const rows = page.items.map(seenTask);
    const isIdle = !hasUnpublished && isEnough(reading, watermark, page, rows);
    if (isIdle && (await store.isKnown(organizationId, rows))) return { kind: 'ended', changes, reading };

    reading = { ...reading, ...progressOf(reading, window, page) };
    if (isFirstOfWalk(reading)) reading = { ...reading, topUs: newestOf(rows, nowUs) };
    const continuation = follow(factsOf(reading, window, page), reading.cursor, pagingOf(reading));
    const cursor = cursorAfter(reading, continuation.kind === 'count' ? continuation.whenSome : continuation);
    if ((await record(rows, cursor)).kind === 'lease lost') return { kind: 'stop', end: leaseLost, reading };
    if (cursor === null) return { kind: 'ended', changes, reading };
    if (continuation.kind !== 'count' || !(await areAllStored(continuation))) continue;

    const passed = cursorAfter(reading, continuation.whenAll);
    if ((await record([], passed)).kind === 'lease lost') return { kind: 'stop', end: leaseLost, reading };
    if (passed === null) return { kind: 'ended', changes, reading };
  }
  return { kind: 'paused', changes, reading };
};
