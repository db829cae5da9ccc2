import type { RunWithDirectory } from '../people/directory.ts';
import type { Candidate, HandledTask, PlannedTask } from './candidate.ts';
import type { HandOverResult } from './hand-over-output.ts';
import type { HandOverOrder } from './hand-over-request.ts';
import { listCandidates } from './list-candidates.ts';
import { moveTasks } from './move-tasks.ts';
import { planHandOver, sequencesOf } from './plan-hand-over.ts';

const toMove = (planned: readonly PlannedTask[]): Candidate[] =>
  planned.flatMap(({ id, task, plan }) => (plan.kind === 'move' ? [{ id, task }] : []));

/** The results in the order of the plan. */
const inOrder = (planned: readonly PlannedTask[], moved: readonly HandledTask[]): HandledTask[] => {
  const byId = new Map(moved.map((one) => [one.id, one]));
  return planned.map(({ id, task, plan }): HandledTask => {
    if (plan.kind === 'skip') return { id, task, outcome: 'skipped', reason: plan.reason };
    return byId.get(id) ?? { id, task, outcome: 'would move' };
  });
};

/** Hands over the tasks of an order, as far as time and Topo allow; a preview only reports what would move. */
export const handOver = async (
  run: RunWithDirectory & { nowMs: () => number },
  order: HandOverOrder,
): Promise<HandOverResult> => {
  const { z, deadline, directory } = run;
  const { candidates, unread, overLimitCount, overLimitIds } = await listCandidates(z, order, deadline);
  const [sequences, personOf] = await Promise.all([
    sequencesOf(z, order, candidates, deadline),
    directory.resolveNames([order.toId, ...candidates.map(({ task }) => task?.assignee_user_id ?? null)]),
  ]);
  const planned = planHandOver(order, candidates, { personOf, sequences });
  const moved = order.isPreview ? [] : await moveTasks(run, toMove(planned), order.toId);
  return { order, handled: [...inOrder(planned, moved), ...unread], overLimitCount, overLimitIds };
};
