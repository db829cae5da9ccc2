import type { TaskPage, TaskQuery } from '../../topo/list-tasks.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Cursor, PollClaim, Reading, SeenTask, Watermark, WorkStore } from '../store/work-store.ts';
import { follow } from './continuity.ts';
import type { FetchPage, PollEnd } from './fetch-page.ts';
import { nextPollInMs, type Pace } from './next-poll.ts';
import { type PageWindow, pageFrom } from './page-window.ts';
import { newBaseline, newestOf, newWalk, seenTask, watermarkAfter } from './reading.ts';

export type PollPorts = {
  store: Pick<WorkStore, 'isKnown' | 'recordPage'>;
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

/** Where the reading goes on after a page; null when it has ended. */
const cursorAfter = (reading: Reading, window: PageWindow, page: TaskPage): Cursor | null => {
  const facts = {
    window,
    keys: sortKeys(reading, page),
    totalCount: page.total_count,
    hasMore: page.has_more,
  };
  const continuation = follow(facts, reading.cursor, reading.kind === 'baseline' ? 'overlapping' : 'adjacent');
  if (continuation.kind === 'complete') return null;
  const { cursor } = continuation;
  const floorKey = reading.floorUs === null ? Number.POSITIVE_INFINITY : -reading.floorUs;
  return cursor.borderKey > floorKey ? null : cursor;
};

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
  for (;;) {
    const window = pageFrom(reading.cursor?.offset ?? 0);
    const fetched = await fetchPage(queryOf(reading, window));
    if (fetched.kind === 'stop') return fetched.end;

    const { page, nowUs } = fetched;
    const rows = page.items.map(seenTask);
    if (isEnough(reading, watermark, page, rows) && (await store.isKnown(organizationId, rows))) break;

    reading = {
      ...reading,
      topUs: isFirstOfWalk(reading) ? newestOf(rows, nowUs) : reading.topUs,
      rowsRead: reading.rowsRead + rows.length,
      cursor: cursorAfter(reading, window, page),
    };
    const end = reading.cursor === null ? { watermark: watermarkAfter(reading, watermark) } : null;
    const outcome = await store.recordPage({ organizationId, lease, rows, reading, end }, { leaseMs });
    if (outcome.kind === 'lease lost') return leaseLost;
    if (outcome.changes > 0) sinceActiveMs = 0;
    if (end !== null) break;
  }
  // What changed during a first reading is told at once.
  return { result: 'done', nextPollInMs: reading.kind === 'baseline' ? 0 : nextPollInMs(pace, sinceActiveMs) };
};
