import type { Kind } from '../contract/event.ts';
import type { OncePer } from '../contract/hook.ts';
import type { SequenceTemplate } from '../topo/list-sequence-templates.ts';
import type { Task, taskPriorities, taskTypes } from '../topo/task.ts';

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

/** What happened to a task, for people. */
export const kindLabels = {
  reassigned: 'Reassigned from one person to another',
  assigned: 'Assigned, after it belonged to nobody',
  unassigned: 'Unassigned, so that it belongs to nobody',
} as const satisfies Record<Kind, string>;

const labelOf = (labels: Record<string, string>, word: string): string =>
  labels[word] ?? word.charAt(0).toUpperCase() + word.slice(1).toLowerCase().replaceAll('_', ' ');

const shortId = (id: string): string => id.slice(0, 8);

const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`;

const age = (createdAt: string, nowMs: number): string => {
  const hours = Math.floor((nowMs - Date.parse(createdAt)) / 3_600_000);
  if (hours < 1) return 'new';
  return hours < 24 ? `${count(hours, 'hour')} old` : `${count(Math.floor(hours / 24), 'day')} old`;
};

/** Somebody whom nobody has named yet. */
const personLabel = (userId: string): string => `Unnamed person ${shortId(userId)}`;

/** A task in a dropdown, such as `Call · Hot · 3 days old · unassigned · 8d2b6c1e`: what a task says by itself. */
export const taskLabel = (task: Task, nowMs: number): string =>
  [
    labelOf(taskTypeLabels, task.type ?? 'Task'),
    ...(task.priority === undefined ? [] : [labelOf(taskPriorityLabels, task.priority)]),
    age(task.created_at, nowMs),
    task.assignee_user_id === null ? 'unassigned' : personLabel(task.assignee_user_id),
    shortId(task.id),
  ].join(' · ');

/** A person in a dropdown, such as `Unnamed person 1a2b3c4d, holds 12 open tasks`. */
export const holderLabel = (userId: string, openTasks: number, isComplete: boolean): string =>
  `${personLabel(userId)}, holds ${isComplete ? '' : 'at least '}${count(openTasks, 'open task')}`;

/** How often a Zap runs when several tasks of a contact move together, for people. */
export const oncePerLabels = {
  task: 'Task: every task that changes hands starts a run of its own',
  sequence: 'Contact: tasks of one contact’s sequence that move together start one run, with all of them in a list',
} as const satisfies Record<OncePer, string>;

/** A template in a dropdown, such as `Founders in Europe`, with its status where it is not running. */
export const templateLabel = ({ id, name, status }: SequenceTemplate): string => {
  const given = name?.trim() ?? '';
  const label = given === '' ? `Unnamed template ${shortId(id)}` : given;
  return status == null || status === 'ACTIVE' ? label : `${label} (${status.toLowerCase().replaceAll('_', ' ')})`;
};
