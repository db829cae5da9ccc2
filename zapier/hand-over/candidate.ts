import type { Task } from '../../topo/task.ts';

/** A task that a hand-over considers; `task` is null where Topo does not let us read it. */
export type Candidate = { id: string; task: Task | null };

/** A candidate and the decision about it: move it, or skip it for a reason, which is a sentence. */
export type PlannedTask = Candidate & { plan: { kind: 'move' } | { kind: 'skip'; reason: string } };

/**
 * A candidate and its outcome. `left` was never started; `would move` appears only in a preview. Reasons are sentences.
 */
export type HandledTask = Candidate &
  ({ outcome: 'moved' | 'would move' } | { outcome: 'skipped' | 'failed' | 'left'; reason: string });
