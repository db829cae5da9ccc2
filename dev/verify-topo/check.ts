import type { Ask } from './ask-topo.ts';
import type { Finding } from './finding.ts';
import type { Plan } from './plan.ts';
import type { Loans } from './temporary-reassignments.ts';
import type { Wait } from './wait.ts';

export type CheckContext = {
  plan: Plan;
  ask: Ask;
  loans: Loans;
  wait: (ms: number) => ReturnType<Wait>;
  /** Milliseconds since any start. */
  clock: () => number;
  /** What answers have said so far about limits: header names, in lower case, with their newest value. */
  limitHeaders: ReadonlyMap<string, string>;
};

/** Looks at one or more facts. It may lend tasks: whoever runs it has them returned. */
export type Check = (context: CheckContext) => Promise<Finding[]>;

/** A wait before each write, so that timestamps of whole seconds can tell it from the one before. */
export const betweenWritesMs = 1_100;
