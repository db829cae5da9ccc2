import type { ZObject } from 'zapier-platform-core';
import { unassigned } from '../../contract/task-list.ts';
import { getTask } from '../../topo/get-task.ts';
import { microseconds } from '../../topo/microseconds.ts';
import { capDeadline, type Deadline, lastWriteMs } from '../deadline.ts';
import { listOpenTasks } from '../tasks/list-open-tasks.ts';
import { tryReadTask } from '../tasks/read-task.ts';
import { listInOtherStatuses, listUnassigned } from '../tasks/tasks-topo-does-not-list.ts';
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

/** Another run lists them anew, so a report needs no more. */
const maxLeftIds = 1_000;

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

const createdAt = ({ task }: Candidate): number => (task === null ? 0 : microseconds(task.created_at));

/** What Topo lists of a person's open tasks, and those in statuses that it does not document. */
const listOfPerson = async (
  z: ZObject,
  { fromId, filters, maxTasks }: Pick<HandOverOrder, 'filters' | 'maxTasks'> & { fromId: string },
  deadline: Deadline,
): Promise<Candidates> => {
  const query = { ...filters, assigneeId: fromId, sortOrder: 'asc' as const };
  const [{ tasks, total, unusableIds }, otherIds] = await Promise.all([
    listOpenTasks(z, query, maxTasks, deadline),
    listInOtherStatuses(z, fromId, filters, deadline),
  ]);
  const others = await readCandidates(z, otherIds.slice(0, maxTasks), deadline);
  const found: Candidate[] = [...tasks.map((task) => ({ id: task.id, task })), ...others.candidates];
  const candidates = [...new Map(found.map((one) => [one.id, one])).values()]
    .sort((one, other) => createdAt(one) - createdAt(other))
    .slice(0, maxTasks);
  const skipped = unusableIds.map((id) => ({ id, task: null, outcome: 'skipped' as const, reason: malformed }));
  const unread = [...skipped, ...others.unread];
  const overLimitCount = Math.max(0, total + otherIds.length - candidates.length - unread.length);
  return { candidates, unread, overLimitCount, overLimitIds: [] };
};

/**
 * Reads the named tasks, or the open tasks of the person, longest waiting first. A task that Topo returns malformed is
 * reported and leaves the others as they are.
 */
export const listCandidates = async (z: ZObject, order: HandOverOrder, deadline: Deadline): Promise<Candidates> => {
  const { maxTasks, fromId, filters } = order;
  if (order.taskIds === undefined && fromId === unassigned) {
    const ids = await listUnassigned(z, filters, deadline);
    const read = await readCandidates(z, ids.slice(0, maxTasks), deadline);
    const overLimitIds = ids.slice(maxTasks);
    return { ...read, overLimitCount: overLimitIds.length, overLimitIds: overLimitIds.slice(0, maxLeftIds) };
  }
  if (order.taskIds === undefined) return listOfPerson(z, { ...order, fromId: order.fromId }, deadline);
  const overLimitIds = order.taskIds.slice(maxTasks);
  const read = await readCandidates(z, order.taskIds.slice(0, maxTasks), deadline);
  return { ...read, overLimitCount: overLimitIds.length, overLimitIds };
};
