import { randomUUID } from 'node:crypto';
import { microseconds } from '../../topo/microseconds.ts';
import type { Task } from '../../topo/task.ts';
import type { PollClaim, Reading, SeenTask, Watermark } from '../store/work-store.ts';

/** A row may become visible this long after the moment that its `updated_at` names. */
const overlapMs = 60_000;

type Beginning = Pick<PollClaim, 'isSilent' | 'nowMs'>;

const newReading = (kind: Reading['kind'], { isSilent, nowMs }: Beginning): Reading => ({
  id: randomUUID(),
  kind,
  isSilent,
  startedAtMs: nowMs,
  topUs: null,
  floorUs: null,
  rowsRead: 0,
  totalRows: 0,
  cursor: null,
});

/** A reading that meets every task once. Changes from `topUs` on are left to the first walk. */
export const newBaseline = (claim: Beginning, topUs: number | null): Reading => ({
  ...newReading('baseline', claim),
  topUs,
});

/** A reading from the newest change back to a little before the watermark. */
export const newWalk = (claim: Beginning & Pick<PollClaim, 'watermark'>): Reading => ({
  ...newReading('walk', claim),
  floorUs: claim.watermark === null ? null : claim.watermark.us - overlapMs * 1000,
});

/** A reading that looks at every task again. */
export const newSweep = (claim: Beginning): Reading => newReading('sweep', claim);

export const seenTask = (task: Task): SeenTask => ({
  task,
  assigneeId: task.assignee_user_id,
  createdAtUs: microseconds(task.created_at),
  updatedAtUs: microseconds(task.updated_at),
});

/**
 * The newest change on a first page that Topo's clock has reached. A row dated into the future would otherwise carry
 * the watermark past changes that are still to come.
 *
 * @param nowUs the answer's `Date`, in microseconds.
 */
export const newestOf = (rows: readonly SeenTask[], nowUs: number): number | null => {
  const [newest] = rows;
  if (newest === undefined) return null;
  return rows.find(({ updatedAtUs }) => updatedAtUs <= nowUs)?.updatedAtUs ?? nowUs;
};

/** How far the workspace has been read once this reading has ended. */
export const watermarkAfter = ({ kind, topUs, startedAtMs }: Reading, before: Watermark | null): Watermark | null => {
  if (topUs === null) return before;
  if (before === null || topUs > before.us || kind === 'baseline') {
    return { us: topUs, movedAtMs: startedAtMs, isSettled: false };
  }
  return { ...before, isSettled: before.isSettled || startedAtMs - before.movedAtMs >= overlapMs };
};
