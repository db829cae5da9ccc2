import type { ZObject } from 'zapier-platform-core';
import type { Call } from '../../topo/call.ts';
import { getTask } from '../../topo/get-task.ts';
import { largestPage } from '../../topo/list.ts';
import { listTasks } from '../../topo/list-tasks.ts';
import type { Task } from '../../topo/task.ts';
import { TopoErrorBody } from '../../topo/topo-error-body.ts';
import type { Deadline } from '../deadline.ts';
import { type TopoOutcome, tryTopo } from '../request/call-topo.ts';
import { type TopoFailure, topoError } from '../request/topo-error.ts';

/**
 * Topo does not let us read it: the key lacks the scope, there is no such route, or the response has an undocumented
 * shape. None of this prevents a reassignment.
 */
const isUnreadable = (failure: TopoFailure): boolean => {
  if (failure.kind === 'invalid response') return failure.invalidFields.length > 0;
  if (failure.kind !== 'refused') return false;
  return [403, 404].includes(failure.status) && TopoErrorBody.safeParse(failure.body).success;
};

type ReadResult<Answer> = { kind: 'done'; answer: Answer | null };

const unreadableAsNull = <Answer>(outcome: TopoOutcome<Answer>): ReadResult<Answer> | TopoFailure => {
  if (outcome.kind === 'done') return outcome;
  return isUnreadable(outcome) ? { kind: 'done', answer: null } : outcome;
};

const valueOrThrow = <Answer>(outcome: TopoOutcome<Answer>, call: Call<Answer>): Answer | null => {
  const result = unreadableAsNull(outcome);
  if (result.kind === 'done') return result.answer;
  throw topoError(result, call);
};

/** Reads a task, `null` when Topo does not let us; or returns the failure. */
export const tryReadTask = async (
  z: ZObject,
  taskId: string,
  deadline: Deadline,
): Promise<ReadResult<Task> | TopoFailure> => unreadableAsNull(await tryTopo(z, getTask(taskId), { deadline }));

/**
 * Reads a task; `null` when Topo does not let us.
 *
 * @throws the `topoError` of a failure.
 */
export const readTask = async (z: ZObject, taskId: string, deadline: Deadline): Promise<Task | null> => {
  const call = getTask(taskId);
  return valueOrThrow(await tryTopo(z, call, { deadline }), call);
};

/** A sequence run has a handful of tasks; one with more pages than this counts as unreadable. */
const maxPages = 5;

/**
 * Reads every task of one sequence run, closed ones too; `null` when Topo does not let us, or returns one of them
 * malformed: then nobody can say which tasks a reassignment moves.
 *
 * @throws the `topoError` of a failure.
 */
export const readSequenceTasks = async (z: ZObject, sequenceId: string, deadline: Deadline): Promise<Task[] | null> => {
  const tasks = new Map<string, Task>();
  for (let page = 1; page <= maxPages; page += 1) {
    const call = listTasks({ sequenceId, page, size: largestPage, sortBy: 'created_at', sortOrder: 'asc' });
    const answer = valueOrThrow(await tryTopo(z, call, { deadline }), call);
    if (answer === null || answer.unusable.length > 0) return null;
    for (const task of answer.items) tasks.set(task.id, task);
    if (!answer.has_more) return [...tasks.values()];
  }
  return null;
};
