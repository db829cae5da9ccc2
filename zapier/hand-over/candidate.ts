import type { Task } from '../../topo/task.ts';

/** A task that a hand-over looks at; `task` is null where Topo does not tell what it is. */
export type Candidate = { id: string; task: Task | null };

/** What is to be done with a candidate: move it, or leave it for the reason given, a sentence. */
export type Planned = Candidate & { plan: { kind: 'move' } | { kind: 'skip'; reason: string } };

/**
 * What became of a candidate. `left` was not begun, for the reason given; `would move` is what a preview says. Reasons
 * are sentences.
 */
export type Handled = Candidate &
  ({ outcome: 'moved' | 'would move' } | { outcome: 'skipped' | 'failed' | 'left'; reason: string });
