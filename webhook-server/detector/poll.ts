import type { TaskPage, TaskQuery } from '../../topo/list-tasks.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Cursor, PollClaim, Reading, SeenTask, Watermark, WorkStore } from '../store/work-store.ts';
import { type Continuation, follow } from './continuity.ts';
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

const queryOf = ({ kind }: Reading, { page, size }: PageWindow): TaskQuery =>
  kind === 'baseline'
    ? { page, size, sortBy: 'created_at', sortOrder: 'asc' }
    : { page, size, sortBy: 'updated_at', sortOrder: 'desc' };

/** Keys that ascend in the order in which the reading meets the rows. */
const sortKeys = ({ kind }: Reading, { items }: TaskPage): number[] =>
  items.map((task) => (kind === 'baseline' ? microseconds(task.created_at) : -microseconds(task.updated_at)));

const followPage = (reading: Reading, window: PageWindow, page: TaskPage): Continuation => {
  const facts = {
    window,
    keys: sortKeys(reading, page),
    totalCount: page.total_count,
    hasMore: page.has_more,
  };
  const continuation = follow(facts, reading.cursor, reading.kind === 'baseline' ? 'overlapping' : 'adjacent');
  const last = facts.keys.at(-1);
  const isPastFloor =
    reading.kind === 'walk' && last !== undefined && reading.floorUs !== null && -last < reading.floorUs;
  return continuation.kind === 'continue' && isPastFloor ? { kind: 'complete' } : continuation;
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

/** Where a reading begins: with the watermark for a walk; for a baseline, with a look at the newest change. */
const begin = async (claim: PollClaim, fetchPage: FetchPage): Promise<Reading | PollEnd> => {
  if (claim.isBaselined) return newWalk(claim);
  const fetched = await fetchPage({ page: 1, size: 1, sortBy: 'updated_at', sortOrder: 'desc' });
  if (fetched.kind === 'stop') return fetched.end;
  return newBaseline(claim, newestOf(fetched.page.items.map(seenTask), fetched.nowUs));
};

type JoiningPage = { kind: 'page'; page: TaskPage; rows: SeenTask[]; nowUs: number; cursor: Cursor | null };

/** Reads the next page of a reading, stepping back for as long as it does not join what was read before. */
const readJoiningPage = async (
  reading: Reading,
  fetchPage: FetchPage,
): Promise<JoiningPage | { kind: 'stop'; end: PollEnd }> => {
  let offset = reading.cursor?.offset ?? 0;
  for (;;) {
    const window = pageFrom(offset);
    const fetched = await fetchPage(queryOf(reading, window));
    if (fetched.kind === 'stop') return fetched;

    const continuation = followPage(reading, window, fetched.page);
    if (continuation.kind !== 'step back') {
      const cursor = continuation.kind === 'continue' ? continuation.cursor : null;
      return { ...fetched, rows: fetched.page.items.map(seenTask), cursor };
    }
    offset = continuation.offset;
  }
};

/**
 * Polls one workspace: goes on with the reading that was interrupted, or begins one, and stores it page by page until
 * it ends or has to wait. A walk of a workspace in which nothing happened costs one request.
 */
export const poll = async (claim: PollClaim, { store, fetchPage, pace, leaseMs }: PollPorts): Promise<PollEnd> => {
  const { organizationId, lease, watermark } = claim;
  const begun = claim.reading ?? (await begin(claim, fetchPage));
  if ('result' in begun) return begun;

  let reading = begun;
  let sinceActiveMs = claim.nowMs - claim.activeAtMs;
  for (;;) {
    const joining = await readJoiningPage(reading, fetchPage);
    if (joining.kind === 'stop') return joining.end;
    const { page, rows, nowUs, cursor } = joining;
    if (isEnough(reading, watermark, page, rows) && (await store.isKnown(organizationId, rows))) break;

    reading = {
      ...reading,
      topUs: isFirstOfWalk(reading) ? newestOf(rows, nowUs) : reading.topUs,
      rowsRead: reading.rowsRead + rows.length,
      cursor,
    };
    const end = cursor === null ? { watermark: watermarkAfter(reading, watermark) } : null;
    const outcome = await store.recordPage({ organizationId, lease, rows, reading, end }, { leaseMs });
    if (outcome.kind === 'lease lost') return { result: 'done', nextPollInMs: 0, reason: 'the lease was lost' };
    if (outcome.changes > 0) sinceActiveMs = 0;
    if (end !== null) break;
  }
  // What changed during a first reading is told at once.
  return { result: 'done', nextPollInMs: reading.kind === 'baseline' ? 0 : nextPollInMs(pace, sinceActiveMs) };
};
