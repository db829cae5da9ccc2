import type { ZObject } from 'zapier-platform-core';
import { reassignTask } from '../../topo/reassign-task.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { type TopoOutcome, tryTopo } from '../request/call-topo.ts';
import { isWith } from '../tasks/present-state.ts';
import { tryReadTask } from '../tasks/read-task.ts';
import { announceIntents } from './announced-intents.ts';
import { attemptEach } from './attempt-each.ts';
import type { Candidate, Handled } from './candidate.ts';

type Run = { z: ZObject; deadline: Deadline; nowMs: () => number };

/** An answer may be lost, or make no sense, after Topo made the change. */
const isUncertain = (outcome: TopoOutcome<Task>): boolean =>
  ['timed out', 'unreachable', 'misread'].includes(outcome.kind) ||
  (outcome.kind === 'refused' && outcome.status >= 500 && outcome.status !== 503);

/** Reassigns a task; where that leaves open whether it was, looks who has it. */
const reassignSurely = async ({ z, deadline }: Run, id: string, toId: string): Promise<TopoOutcome<Task>> => {
  const outcome = await tryTopo(z, reassignTask({ taskId: id, assigneeId: toId, scope: 'TASK' }), { deadline });
  if (!isUncertain(outcome)) return outcome;
  const now = await tryReadTask(z, id, deadline);
  const task = now.kind === 'done' ? now.answer : null;
  return task !== null && isWith(task, toId) ? { kind: 'done', answer: task, requestId: null } : outcome;
};

/**
 * Gives tasks to somebody, one by one. One that fails does not keep the others from moving; when Topo wants no more
 * requests or the time is over, what was not begun is `left`.
 *
 * @throws what `topoError` makes of Topo's answer when that ends the run before anything has happened: nothing is lost.
 */
export const moveTasks = async (run: Run, candidates: readonly Candidate[], toId: string): Promise<Handled[]> => {
  if (candidates.length === 0) return [];
  const callOf = ({ id }: Candidate) => reassignTask({ taskId: id, assigneeId: toId, scope: 'TASK' });
  const intents = await announceIntents(
    run,
    candidates.map(({ id }) => id),
    toId,
  );

  const move = async (candidate: Candidate) => {
    const outcome = await reassignSurely(run, candidate.id, toId);
    const settlement =
      outcome.kind === 'done'
        ? ({ state: 'done', updated_at: outcome.answer.updated_at } as const)
        : ({ state: 'failed' } as const);
    intents.settle(candidate.id, settlement);
    return outcome;
  };

  const attempted = await attemptEach(candidates, callOf, move).finally(() => intents.close());
  return attempted.map(
    (one): Handled =>
      one.kind === 'done' ? { ...one.item, outcome: 'moved' } : { ...one.item, outcome: one.kind, reason: one.reason },
  );
};
