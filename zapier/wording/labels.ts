import type { Kind } from '../../contract/event.ts';
import type { OncePer } from '../../contract/hook.ts';
import { taskPriorityLabels as priorityLabels, taskTypeLabels as typeLabels } from '../../contract/labels.ts';
import type { taskPriorities, taskStatuses, taskTypes } from '../../topo/task.ts';

/** The labels of the contract, which knows Topo's words only by what they are called there. */
export const taskTypeLabels = typeLabels satisfies Record<(typeof taskTypes)[number], string>;
export const taskPriorityLabels = priorityLabels satisfies Record<(typeof taskPriorities)[number], string>;

/** Labels of the known task statuses. Topo may add statuses. */
export const taskStatusLabels = {
  PENDING: 'Pending',
  IN_PROGRESS: 'In progress',
  COMPLETED: 'Completed',
  SKIPPED: 'Skipped',
} as const satisfies Record<(typeof taskStatuses)[number], string>;

/** Labels of the kinds of change. */
export const kindLabels = {
  reassigned: 'Reassigned from one person to another',
  assigned: 'Assigned, after it belonged to nobody',
  unassigned: 'Unassigned, so that it belongs to nobody',
} as const satisfies Record<Kind, string>;

/** Labels of how often a Zap runs when several tasks of a contact move together. */
export const oncePerLabels = {
  task: 'Task: every task starts a run of its own',
  sequence: 'Contact: tasks of one contact’s sequence that come together start one run, with all of them in a list',
} as const satisfies Record<OncePer, string>;

export { labelOf } from '../../contract/labels.ts';

/** `1 task`, `12 tasks`. */
export const pluralize = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`;
