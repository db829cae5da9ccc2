import type { Task } from '../../topo/task.ts';
import type { OwnedTask } from './temporary-reassignments.ts';

/** What is going to be done, to what, and between whom. */
export type Plan = {
  organizationId: string;
  /** As it was before anything was done. */
  task: Task;
  owned: OwnedTask;
  borrowerId: string;
  /** The other tasks of the same sequence run; `undefined` unless they were asked for. */
  siblings: SiblingPlan | undefined;
  isUnknownUserAsked: boolean;
};

/** `lendable` are the siblings that scope SEQUENCE may move, open or not; or why the scope is better not tried. */
export type SiblingPlan =
  | { kind: 'lendable'; tasks: readonly Task[]; owned: readonly OwnedTask[] }
  | { kind: 'left'; why: string };

/** The statuses that our code takes as what Topo calls actionable. */
export const isOpen = ({ status }: Pick<Task, 'status'>): boolean => status === 'PENDING' || status === 'IN_PROGRESS';
