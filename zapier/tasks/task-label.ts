import type { TaskFacts } from '../../contract/task-facts.ts';
import type { Task } from '../../topo/task.ts';
import { type Labelled, personLabel } from '../people/person-label.ts';
import { labelOf, pluralize, taskPriorityLabels, taskTypeLabels } from '../wording/labels.ts';
import { contactLabel, templateParts } from './sequence-label.ts';

/** What the label of a task needs besides the task: its facts, its assignee and the time. */
export type LabelContext = { facts: TaskFacts; assignee: Labelled | null; nowMs: number };

const age = (createdAt: string, nowMs: number): string => {
  const hours = Math.floor((nowMs - Date.parse(createdAt)) / 3_600_000);
  if (hours < 1) return 'new';
  return hours < 24 ? `${pluralize(hours, 'hour')} old` : `${pluralize(Math.floor(hours / 24), 'day')} old`;
};

/**
 * The label of a task: `Call · Ada Moreau, Initech · Trial Follow-up · Hot · 3 days old · Kim Lindqvist`. Without a
 * contact, the start of its id distinguishes it.
 */
export const taskLabel = (task: Task, { facts, assignee, nowMs }: LabelContext): string => {
  const contact = contactLabel(facts);
  return [
    labelOf(taskTypeLabels, task.type ?? 'Task'),
    ...(contact === '' ? [] : [contact]),
    ...templateParts(facts),
    ...(task.priority === undefined ? [] : [labelOf(taskPriorityLabels, task.priority)]),
    age(task.created_at, nowMs),
    assignee === null ? 'unassigned' : personLabel(assignee),
    ...(contact === '' ? [task.id.slice(0, 8)] : []),
  ].join(' · ');
};
