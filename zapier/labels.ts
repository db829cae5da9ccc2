import type { Kind } from '../contract/event.ts';
import type { taskPriorities, taskStatuses, taskTypes } from '../topo/task.ts';
import { legible } from './legible.ts';

/** What people call the known types of a task. Topo may add types. */
export const taskTypeLabels = {
  EMAIL_REPLY: 'Email reply',
  LINKEDIN_REPLY: 'LinkedIn reply',
  NEW_LEAD_REVIEW: 'New lead review',
  CALL: 'Call',
} as const satisfies Record<(typeof taskTypes)[number], string>;

/** What people call the known priorities of a task. Topo may add priorities. */
export const taskPriorityLabels = {
  HOT: 'Hot',
  TODAY: 'Today',
  EXTRA: 'Extra',
} as const satisfies Record<(typeof taskPriorities)[number], string>;

/** What people call the known statuses of a task. Topo may add statuses. */
export const taskStatusLabels = {
  PENDING: 'Pending',
  IN_PROGRESS: 'In progress',
  COMPLETED: 'Completed',
  SKIPPED: 'Skipped',
} as const satisfies Record<(typeof taskStatuses)[number], string>;

/** What happened to a task, for people. */
export const kindLabels = {
  reassigned: 'Reassigned from one person to another',
  assigned: 'Assigned, after it belonged to nobody',
  unassigned: 'Unassigned, so that it belongs to nobody',
} as const satisfies Record<Kind, string>;

/** What people call a word of Topo's; a word that we do not know is written as one says it. */
export const labelOf = (labels: Record<string, string>, word: string): string =>
  labels[word] ?? legible(word.charAt(0).toUpperCase() + word.slice(1).toLowerCase().replaceAll('_', ' '));
