import { drawInteger, drawOne, drawUuid, type Random } from '../random.ts';
import type { Instant } from '../timestamp.ts';
import { dispositions, isClosed, type TaskRow, type TaskStatus, taskPriorities, taskTypes } from '../workspace/task.ts';

/** `drawMoment` draws a time from the given moment up to shortly before now. */
export type TaskSource = {
  readonly random: Random;
  readonly count: number;
  readonly sequenceIds: readonly string[];
  readonly assigneeIds: readonly string[];
  readonly start: Instant;
  readonly drawMoment: (from: Instant) => Instant;
};

/** One task in so many belongs to a batch: tasks created at one moment and last changed at one moment. */
const batchShare = 6;
const unassignedShare = 0.1;

const weightedStatuses: readonly TaskStatus[] = [
  ...['PENDING', 'PENDING', 'PENDING', 'PENDING', 'IN_PROGRESS', 'IN_PROGRESS'],
  ...['COMPLETED', 'COMPLETED', 'COMPLETED', 'SKIPPED'],
] as const;

type Moments = { readonly createdAt: Instant; readonly updatedAt: Instant };

const drawTask = ({ random, sequenceIds, assigneeIds, drawMoment }: TaskSource, moments: Moments): TaskRow => {
  const { createdAt, updatedAt } = moments;
  const type = drawOne(random, taskTypes);
  const status = drawOne(random, weightedStatuses);
  const isReopened = !isClosed({ status }) && random() < 0.1;
  return {
    id: drawUuid(random),
    type,
    priority: drawOne(random, taskPriorities),
    status,
    sequenceId: drawOne(random, sequenceIds),
    assigneeId: random() < unassignedShare ? null : drawOne(random, assigneeIds),
    disposition: type === 'CALL' && status === 'COMPLETED' ? drawOne(random, dispositions) : null,
    reopenedAt: isReopened ? Math.min(drawMoment(createdAt), updatedAt) : null,
    reopenReason: isReopened ? 'REMINDER_RULE' : null,
    skippedAt: status === 'SKIPPED' ? updatedAt : null,
    completedAt: status === 'COMPLETED' ? updatedAt : null,
    createdAt,
    updatedAt,
  };
};

/** Makes up tasks. About every sixth belongs to one of three batches, so that lists have ties. */
export const createTasks = (source: TaskSource): TaskRow[] => {
  const { random, count, start, drawMoment } = source;
  const batches = Array.from({ length: 3 }, (): Moments => {
    const createdAt = drawMoment(start);
    return { createdAt, updatedAt: drawMoment(createdAt) };
  });
  return Array.from({ length: count }, () => {
    if (drawInteger(random, 0, batchShare) === 0) return drawTask(source, drawOne(random, batches));
    const createdAt = drawMoment(start);
    return drawTask(source, { createdAt, updatedAt: drawMoment(createdAt) });
  });
};
