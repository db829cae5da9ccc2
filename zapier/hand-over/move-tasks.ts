import { reassignTask } from '../../topo/reassign-task.ts';
import type { StepRun } from '../step-run.ts';
import { reassignWithVerification } from '../tasks/reassign-with-verification.ts';
import { announceIntents } from './announce-intents.ts';
import { attemptEach } from './attempt-each.ts';
import type { Candidate, HandledTask } from './candidate.ts';

/**
 * Reassigns tasks one by one. A failed one does not stop the others; when Topo wants no more requests or the time is
 * over, the tasks not started yet are `left`.
 *
 * @throws the `topoError` of the failure that stopped everything, if nothing has moved yet: then nothing is lost.
 */
export const moveTasks = async (
  run: StepRun & { nowMs: () => number },
  candidates: readonly Candidate[],
  toId: string,
): Promise<HandledTask[]> => {
  if (candidates.length === 0) return [];
  const reassignmentOf = ({ id }: Candidate) => ({ taskId: id, assigneeId: toId, scope: 'TASK' as const });
  const callOf = (candidate: Candidate) => reassignTask(reassignmentOf(candidate));
  const intents = await announceIntents(
    run,
    candidates.map(({ id }) => id),
    toId,
  );

  const move = async (candidate: Candidate) => {
    const outcome = await reassignWithVerification(run, reassignmentOf(candidate), candidate.task);
    const settlement =
      outcome.kind === 'done'
        ? ({ state: 'done', updated_at: outcome.answer.updated_at ?? undefined } as const)
        : ({ state: 'failed' } as const);
    intents.settle(candidate.id, settlement);
    return outcome;
  };

  const attempted = await attemptEach(candidates, callOf, move).finally(() => intents.close());
  return attempted.map(
    (one): HandledTask =>
      one.kind === 'done' ? { ...one.item, outcome: 'moved' } : { ...one.item, outcome: one.kind, reason: one.reason },
  );
};
