import type { Ask, Wait } from './ask-topo.ts';
import type { Finding } from './finding.ts';
import type { Plan } from './plan.ts';
import type { TemporaryReassignments } from './temporary-reassignments.ts';

export type CheckContext = {
  plan: Plan;
  ask: Ask;
  /** For undoing: an interruption aborts neither the call nor the wait. */
  askUninterrupted: Ask;
  waitUninterrupted: (ms: number) => ReturnType<Wait>;
  reassignments: TemporaryReassignments;
  wait: (ms: number) => ReturnType<Wait>;
  /** Milliseconds since any start. */
  clock: () => number;
  /** The rate-limit headers of all answers so far: names in lower case, with their newest value. */
  limitHeaders: ReadonlyMap<string, string>;
};

/** Checks one or more facts. It may reassign tasks; whoever runs it restores them. */
export type Check = (context: CheckContext) => Promise<Finding[]>;

/** The wait before each write, so that even timestamps in whole seconds differ. */
export const betweenWritesMs = 1_100;
