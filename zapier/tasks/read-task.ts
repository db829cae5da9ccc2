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
 * Topo says that it does not tell: the key lacks the scope, or there is no such page. What Topo answers may also be
 * shaped as nobody documented. None of this keeps a task from being reassigned.
 */
const isUntold = (refusal: TopoFailure): boolean => {
  if (refusal.kind === 'invalid response') return refusal.invalidFields.length > 0;
  if (refusal.kind !== 'refused') return false;
  return [403, 404].includes(refusal.status) && TopoErrorBody.safeParse(refusal.body).success;
};

type Told<Answer> = { kind: 'done'; answer: Answer | null };

const toldOrFault = <Answer>(outcome: TopoOutcome<Answer>): Told<Answer> | TopoFailure => {
  if (outcome.kind === 'done') return outcome;
  return isUntold(outcome) ? { kind: 'done', answer: null } : outcome;
};

const told = <Answer>(outcome: TopoOutcome<Answer>, call: Call<Answer>): Answer | null => {
  const either = toldOrFault(outcome);
  if (either.kind === 'done') return either.answer;
  throw topoError(either, call);
};

/** A task as it is now, `null` when Topo does not tell; or the fault that came in between. */
export const tryReadTask = async (z: ZObject, taskId: string, deadline: Deadline): Promise<Told<Task> | TopoFailure> =>
  toldOrFault(await tryTopo(z, getTask(taskId), { deadline }));

/**
 * A task as it is now; `null` when Topo does not tell.
 *
 * @throws what `topoError` makes of a fault.
 */
export const readTask = async (z: ZObject, taskId: string, deadline: Deadline): Promise<Task | null> => {
  const call = getTask(taskId);
  return told(await tryTopo(z, call, { deadline }), call);
};

/** A run of a sequence has a handful of tasks; what has more than this is not looked at. */
const maxPages = 5;

/**
 * Every task of one contact's run of a sequence, closed ones too, as they are now; `null` when Topo does not tell.
 *
 * @throws what `topoError` makes of a fault.
 */
export const readSequenceTasks = async (z: ZObject, sequenceId: string, deadline: Deadline): Promise<Task[] | null> => {
  const tasks = new Map<string, Task>();
  for (let page = 1; page <= maxPages; page += 1) {
    const call = listTasks({ sequenceId, page, size: largestPage, sortBy: 'created_at', sortOrder: 'asc' });
    const answer = told(await tryTopo(z, call, { deadline }), call);
    if (answer === null) return null;
    for (const task of answer.items) tasks.set(task.id, task);
    if (!answer.has_more) return [...tasks.values()];
  }
  return null;
};
