import { sanitizeLabel } from './sanitize-label.ts';

/** Labels of the known task types. Topo may add types. */
export const taskTypeLabels = {
  EMAIL_REPLY: 'Email reply',
  LINKEDIN_REPLY: 'LinkedIn reply',
  NEW_LEAD_REVIEW: 'New lead review',
  CALL: 'Call',
} as const;

/** Labels of the known task priorities. Topo may add priorities. */
export const taskPriorityLabels = {
  HOT: 'Hot',
  TODAY: 'Today',
  EXTRA: 'Extra',
} as const;

/** The label of one of Topo's enum values; an unknown value becomes plain words. */
export const labelOf = (labels: Record<string, string>, value: string): string =>
  (Object.hasOwn(labels, value) ? labels[value] : undefined) ??
  sanitizeLabel(value.charAt(0).toUpperCase() + value.slice(1).toLowerCase().replaceAll('_', ' '));

/** The words for a task's type and priority; null where Topo tells none. */
export const taskLabels = ({
  type,
  priority,
}: {
  type?: string | undefined;
  priority?: string | undefined;
}): { type_label: string | null; priority_label: string | null } => ({
  type_label: type === undefined ? null : labelOf(taskTypeLabels, type),
  priority_label: priority === undefined ? null : labelOf(taskPriorityLabels, priority),
});
