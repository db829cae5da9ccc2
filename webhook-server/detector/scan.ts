import { randomUUID } from 'node:crypto';
import { isOpen } from '../../topo/is-open.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Task } from '../../topo/task.ts';
import { visibleWithinMs } from '../store/rules.ts';
import type { PollClaim, Scan, SeenTask, Watermark } from '../store/work-store.ts';

type ScanStart = Pick<PollClaim, 'isSilent' | 'nowMs'>;

const newScan = (kind: Scan['kind'], { isSilent, nowMs }: ScanStart): Scan => ({
  id: randomUUID(),
  kind,
  isSilent,
  startedAtMs: nowMs,
  topUs: null,
  floorUs: null,
  rowsRead: 0,
  totalRows: 0,
  rowsUnusable: 0,
  cursor: null,
});

/** A scan that meets every task once. It leaves changes from `topUs` on to the first incremental scan. */
export const newBaseline = (start: ScanStart, topUs: number | null): Scan => ({
  ...newScan('baseline', start),
  topUs,
});

/** A scan from the newest change back to a little before the watermark. */
export const newIncrementalScan = (start: ScanStart & Pick<PollClaim, 'watermark'>): Scan => ({
  ...newScan('incremental', start),
  floorUs: start.watermark === null ? null : start.watermark.us - visibleWithinMs * 1000,
});

/** A scan that looks at every task again, whatever its `updated_at` says. */
export const newReconciliation = (start: ScanStart): Scan => newScan('reconciliation', start);

export const isIncremental = ({ kind }: Scan): boolean => kind === 'incremental';

export const seenTask = (task: Task): SeenTask => ({
  task,
  assigneeId: task.assignee_user_id,
  isOpen: isOpen(task),
  createdAtUs: microseconds(task.created_at),
  updatedAtUs: microseconds(task.updated_at),
});

/**
 * The newest change on a first page that is not in the future by Topo's clock. A row dated into the future would carry
 * the watermark past changes that are still to come.
 *
 * @param nowUs the `Date` of Topo's response, in microseconds.
 */
export const newestOf = (rows: readonly SeenTask[], nowUs: number): number | null => {
  const [newest] = rows;
  if (newest === undefined) return null;
  return rows.find(({ updatedAtUs }) => updatedAtUs <= nowUs)?.updatedAtUs ?? nowUs;
};

/** The workspace's watermark once this scan has ended. */
export const watermarkAfter = ({ kind, topUs, startedAtMs }: Scan, before: Watermark | null): Watermark | null => {
  if (topUs === null) return before;
  if (before === null || topUs > before.us || kind === 'baseline') {
    return { us: topUs, movedAtMs: startedAtMs, isSettled: false };
  }
  return { ...before, isSettled: before.isSettled || startedAtMs - before.movedAtMs >= visibleWithinMs };
};
