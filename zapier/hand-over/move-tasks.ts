import type { ZObject } from 'zapier-platform-core';
import { reassignTask } from '../../topo/reassign-task.ts';
import { tryTopo } from '../call-topo.ts';
import type { Deadline } from '../deadline.ts';
import { refusalText, type TopoRefusal, topoError } from '../topo-error.ts';
import { workThrough } from '../work-through.ts';
import { announceIntents } from './announced-intents.ts';
import type { Candidate, Handled } from './candidate.ts';

/** So many writes are under way at once: Topo's limits are not known, and a run has 20 seconds for beginning them. */
const width = 4;

type Run = { z: ZObject; deadline: Deadline; nowMs: () => number };

/** Answers that every other task would get, too: it makes no sense to go on. */
const endsTheRun = (refusal: TopoRefusal): boolean =>
  refusal.kind === 'too late' || (refusal.kind === 'refused' && [401, 403, 429, 503].includes(refusal.status));

const leftBecause = (refusal: TopoRefusal): string => {
  if (refusal.kind === 'too late') return 'The time of this step was over before its turn came.';
  if (refusal.kind === 'refused' && refusal.status === 429)
    return 'Topo asked for fewer requests before its turn came.';
  if (refusal.kind === 'refused' && refusal.status === 503) return 'Topo was not available when its turn came.';
  return 'Topo refused the API key before its turn came.';
};

/**
 * Gives tasks to somebody, one by one. One that fails does not keep the others from moving; when Topo wants no more
 * requests or the time is over, what was not begun is `left`.
 *
 * @throws what `topoError` makes of Topo's answer when that ends the run before anything has happened: nothing is lost.
 */
export const moveTasks = async (
  { z, deadline, nowMs }: Run,
  candidates: readonly Candidate[],
  toId: string,
): Promise<Handled[]> => {
  if (candidates.length === 0) return [];
  const callOf = ({ id }: Candidate) => reassignTask({ taskId: id, assigneeId: toId, scope: 'TASK' });
  const intents = await announceIntents(
    z,
    candidates.map(({ id }) => id),
    toId,
    nowMs,
  );
  let end: { because: TopoRefusal; error: Error } | undefined;

  const move = async (candidate: Candidate): Promise<Handled | undefined> => {
    const call = callOf(candidate);
    const outcome = await tryTopo(z, call, { deadline });
    if (outcome.kind === 'done') {
      intents.settle(candidate.id, { state: 'done', updated_at: outcome.answer.updated_at });
      return { ...candidate, outcome: 'moved' };
    }
    intents.settle(candidate.id, { state: 'failed' });
    if (!endsTheRun(outcome)) return { ...candidate, outcome: 'failed', reason: refusalText(outcome, call) };
    end ??= { because: outcome, error: topoError(outcome, call) };
    return undefined;
  };

  const handled = await workThrough(candidates, width, move, () => end === undefined);
  await intents.close();
  if (end !== undefined && handled.every((one) => one === undefined)) throw end.error;
  const reason = end === undefined ? '' : leftBecause(end.because);
  return candidates.map((candidate, position) => handled[position] ?? { ...candidate, outcome: 'left', reason });
};
