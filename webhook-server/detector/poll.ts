import type { TaskPage, TaskQuery } from '../../topo/list-tasks.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Cursor, PollClaim, Reading, RecordOutcome, SeenTask, Watermark, WorkStore } from '../store/work-store.ts';
import { type Continuation, follow, type PageFacts, type Paging, type Step } from './continuity.ts';
import type { FetchPage, PollEnd } from './fetch-page.ts';
import { nextPollInMs, type Pace } from './next-poll.ts';
import { type PageWindow, pageFrom } from './page-window.ts';
import { newBaseline, newestOf, newWalk, seenTask, watermarkAfter } from './reading.ts';

export type PollPorts = {
  store: Pick<WorkStore, 'isKnown' | 'countTasksAt' | 'recordPage'>;
  fetchPage: FetchPage;
  pace: Pace;
  leaseMs: number;
};

const leaseLost: PollEnd = { result: 'done', nextPollInMs: 0, reason: 'the lease was lost' };

const queryOf = ({ kind }: Reading, { page, size }: PageWindow): TaskQuery =>
  kind === 'baseline'
    ? { page, size, sortBy: 'created_at', sortOrder: 'asc' }
    : { page, size, sortBy: 'updated_at', sortOrder: 'desc' };

/** Keys that ascend in the order in which the reading meets the rows. */
const sortKeys = ({ kind }: Reading, { items }: TaskPage): number[] =>
  items.map((task) => (kind === 'baseline' ? microseconds(task.created_at) : -microseconds(task.updated_at)));

const factsOf = (reading: Reading, window: PageWindow, page: TaskPage): PageFacts => ({
  window,
  keys: sortKeys(reading, page),
  totalCount: page.total_count,
  hasMore: page.has_more,
});

/** Where the reading goes on after a step; null when it has ended, at the end of the list or past the floor. */
const cursorAfter = ({ floorUs }: Reading, step: Step): Cursor | null => {
  if (step.kind === 'complete') return null;
  const floorKey = floorUs === null ? Number.POSITIVE_INFINITY : -floorUs;
  return step.cursor.borderKey > floorKey ? null : step.cursor;
};

const pagingOf = ({ kind }: Reading): Paging => (kind === 'baseline' ? 'overlapping' : 'adjacent');

const isFirstOfWalk = ({ kind, cursor }: Reading): boolean => kind === 'walk' && cursor === null;

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

/** Begins a first reading with a look at the newest change, and remembers it: a poll may end before the first page. */
const beginBaseline = async (
  claim: PollClaim,
  { store, fetchPage, leaseMs }: PollPorts,
): Promise<Reading | PollEnd> => {
  const fetched = await fetchPage({ page: 1, size: 1, sortBy: 'updated_at', sortOrder: 'desc' });
  if (fetched.kind === 'stop') return fetched.end;
  const reading = newBaseline(claim, newestOf(fetched.page.items.map(seenTask), fetched.nowUs));
  const { organizationId, lease } = claim;
  const outcome = await store.recordPage({ organizationId, lease, rows: [], reading, end: null }, { leaseMs });
  return outcome.kind === 'recorded' ? reading : leaseLost;
};

/**
 * Polls one workspace: goes on with the reading that was interrupted, or begins one, and stores it page by page until
 * it ends or has to wait. A walk of a workspace in which nothing happened costs one request.
 */
export const poll = async (claim: PollClaim, ports: PollPorts): Promise<PollEnd> => {
  const { store, fetchPage, pace, leaseMs } = ports;
  const { organizationId, lease, watermark } = claim;
  const begun = claim.reading ?? (claim.isBaselined ? newWalk(claim) : await beginBaseline(claim, ports));
  if ('result' in begun) return begun;

  let reading = begun;
  let sinceActiveMs = claim.nowMs - claim.activeAtMs;

  const record = async (rows: readonly SeenTask[], cursor: Cursor | null): Promise<RecordOutcome> => {
    reading = { ...reading, rowsRead: reading.rowsRead + rows.length, cursor };
    const end = cursor === null ? { watermark: watermarkAfter(reading, watermark) } : null;
    const outcome = await store.recordPage({ organizationId, lease, rows, reading, end }, { leaseMs });
    if (outcome.kind === 'recorded' && outcome.changes > 0) sinceActiveMs = 0;
    return outcome;
  };

  const areAllStored = async ({ key, expected }: Continuation & { kind: 'count' }): Promise<boolean> => {
    const [which, us] = reading.kind === 'baseline' ? (['created', key] as const) : (['updated', -key] as const);
    return (await store.countTasksAt(organizationId, which, us)) >= expected;
  };

  for (;;) {
    const window = pageFrom(reading.cursor?.offset ?? 0);
    const fetched = await fetchPage(queryOf(reading, window));
    if (fetched.kind === 'stop') return fetched.end;

    const { page, nowUs } = fetched;
    const rows = page.items.map(seenTask);
    if (isEnough(reading, watermark, page, rows) && (await store.isKnown(organizationId, rows))) break;

    if (isFirstOfWalk(reading)) reading = { ...reading, topUs: newestOf(rows, nowUs) };
    const continuation = follow(factsOf(reading, window, page), reading.cursor, pagingOf(reading));
    const cursor = cursorAfter(reading, continuation.kind === 'count' ? continuation.whenSome : continuation);
    if ((await record(rows, cursor)).kind === 'lease lost') return leaseLost;
    if (cursor === null) break;
    if (continuation.kind !== 'count' || !(await areAllStored(continuation))) continue;

    const passed = cursorAfter(reading, continuation.whenAll);
    if ((await record([], passed)).kind === 'lease lost') return leaseLost;
    if (passed === null) break;
  }
  // What changed during a first reading is told at once.
  return { result: 'done', nextPollInMs: reading.kind === 'baseline' ? 0 : nextPollInMs(pace, sinceActiveMs) };
};
