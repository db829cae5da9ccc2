import type { Kind } from '../../contract/event.ts';
import type { OncePer } from '../../contract/hook.ts';
import type { SequenceTemplate } from '../../topo/list-sequence-templates.ts';
import type { taskPriorities, taskStatuses, taskTypes } from '../../topo/task.ts';
import { sanitizeLabel } from './sanitize-label.ts';

/** Labels of the known task types. Topo may add types. */
export const taskTypeLabels = {
  EMAIL_REPLY: 'Email reply',
  LINKEDIN_REPLY: 'LinkedIn reply',
  NEW_LEAD_REVIEW: 'New lead review',
  CALL: 'Call',
} as const satisfies Record<(typeof taskTypes)[number], string>;

/** Labels of the known task priorities. Topo may add priorities. */
export const taskPriorityLabels = {
  HOT: 'Hot',
  TODAY: 'Today',
  EXTRA: 'Extra',
} as const satisfies Record<(typeof taskPriorities)[number], string>;

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

/** The label of one of Topo's enum values; an unknown value becomes plain words. */
export const labelOf = (labels: Record<string, string>, value: string): string =>
  (Object.hasOwn(labels, value) ? labels[value] : undefined) ??
  sanitizeLabel(value.charAt(0).toUpperCase() + value.slice(1).toLowerCase().replaceAll('_', ' '));

/** Labels of how often a Zap runs when several tasks of a contact move together. */
export const oncePerLabels = {
  task: 'Task: every task that changes hands starts a run of its own',
  sequence: 'Contact: tasks of one contact’s sequence that move together start one run, with all of them in a list',
} as const satisfies Record<OncePer, string>;

/** A template in a dropdown, such as `Founders in Europe`, with its status where it is not running. */
export const templateLabel = ({ id, name, status }: SequenceTemplate): string => {
  const given = sanitizeLabel(name ?? '');
  const label = given === '' ? `Unnamed template ${id.slice(0, 8)}` : given;
  return status == null || status === 'ACTIVE' ? label : `${label} (${labelOf({}, status).toLowerCase()})`;
};

/** `1 task`, `12 tasks`. */
export const pluralize = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`;
