import type { Task } from '../../topo/task.ts';
import type { OwnedTask } from './temporary-reassignments.ts';

/** What is going to be done: with which task, and between which people. */
export type Plan = {
  organizationId: string;
  /** As it was before anything was done. */
  task: Task;
  owned: OwnedTask;
  temporaryAssigneeId: string;
  /** The other tasks of the same sequence run; `undefined` unless they were asked for. */
  siblings: SiblingPlan | undefined;
  isUnknownUserAsked: boolean;
  /** Whether to ask for a subscription to an event that does not exist. */
  isEventTypesAsked: boolean;
  /** `undefined` unless a subscription was asked for. */
  webhook: WebhookPlan | undefined;
};

/** Where Topo's webhooks are to go, and the port of this machine at which they arrive. */
export type WebhookPlan = { url: string; port: number };

/** `movable`: the siblings that scope SEQUENCE may move, open or not. `left`: why the scope is not tried. */
export type SiblingPlan =
  | { kind: 'movable'; tasks: readonly Task[]; owned: readonly OwnedTask[] }
  | { kind: 'left'; why: string };

/** The statuses that our code takes for Topo's “actionable”. */
export const isOpen = ({ status }: Pick<Task, 'status'>): boolean => status === 'PENDING' || status === 'IN_PROGRESS';

/** A well-formed id that belongs to no user and no task. */
export const unknownId = '00000000-0000-4000-8000-000000000000';
