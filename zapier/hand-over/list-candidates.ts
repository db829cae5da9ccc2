import type { ZObject } from 'zapier-platform-core';
import { getTask } from '../../topo/get-task.ts';
import { capDeadline, type Deadline, lastWriteMs } from '../deadline.ts';
import { listOpenTasks } from '../tasks/list-open-tasks.ts';
import { tryReadTask } from '../tasks/read-task.ts';
import { attemptEach } from './attempt-each.ts';
import type { Candidate, HandledTask } from './candidate.ts';
import type { HandOverOrder } from './hand-over-request.ts';

/** The tasks that a hand-over considers, those that it could not read, and how many exceed its limit. */
export type Candidates = {
  candidates: Candidate[];
  unread: HandledTask[];
  overLimitCount: number;
  overLimitIds: readonly string[];
};

/** Reading a task takes as long as moving it, so the time until the last write is shared equally. */
const readingMs = lastWriteMs / 2;

const malformed = 'Topo’s answer about this task is incomplete, so it was left alone. Reassign it in Topo.';

const readCandidates = async (
  z: ZObject,
  ids: readonly string[],
  deadline: Deadline,
): Promise<Pick<Candidates, 'candidates' | 'unread'>> => {
  const part = capDeadline(deadline, readingMs);
  const attempted = await attemptEach(ids, getTask, (id) => tryReadTask(z, id, part));
  return {
    candidates: attempted.flatMap((one) => (one.kind === 'done' ? [{ id: one.item, task: one.answer }] : [])),
    unread: attempted.flatMap((one) =>
      one.kind === 'done' ? [] : [{ id: one.item, task: null, outcome: one.kind, reason: one.reason }],
    ),
  };
};

/**
 * Reads the named tasks, or the open tasks of the person, longest waiting first. A task that Topo returns malformed is
 * reported and leaves the others as they are.
 */
export const listCandidates = async (z: ZObject, order: HandOverOrder, deadline: Deadline): Promise<Candidates> => {
  const { maxTasks } = order;
  if (order.taskIds === undefined) {
    const query = { ...order.filters, assigneeId: order.fromId, sortOrder: 'asc' as const };
    const { tasks, total, unusableIds } = await listOpenTasks(z, query, maxTasks, deadline);
    const candidates = tasks.map((task) => ({ id: task.id, task }));
    const unread = unusableIds.map((id) => ({ id, task: null, outcome: 'skipped' as const, reason: malformed }));
    const overLimitCount = Math.max(0, total - tasks.length - unread.length);
    return { candidates, unread, overLimitCount, overLimitIds: [] };
  }
  const overLimitIds = order.taskIds.slice(maxTasks);
  const read = await readCandidates(z, order.taskIds.slice(0, maxTasks), deadline);
  return { ...read, overLimitCount: overLimitIds.length, overLimitIds };
};
