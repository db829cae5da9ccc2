import type { DirectoryEntry } from '../../contract/person.ts';
import type { Task } from '../../topo/task.ts';
import { personLabel } from '../people/person-label.ts';
import { labelOf, pluralize, taskPriorityLabels, taskTypeLabels } from '../wording/labels.ts';
import type { Facts } from './look-up-facts.ts';
import { contactLabel, templateParts } from './sequence-label.ts';

/** What a label tells of a task besides the task: what it is about, who has it, and the present. */
export type Surroundings = { facts: Facts; holder: DirectoryEntry | null; nowMs: number };

const age = (createdAt: string, nowMs: number): string => {
  const hours = Math.floor((nowMs - Date.parse(createdAt)) / 3_600_000);
  if (hours < 1) return 'new';
  return hours < 24 ? `${pluralize(hours, 'hour')} old` : `${pluralize(Math.floor(hours / 24), 'day')} old`;
};

/**
 * A task in a dropdown: `Call · Ada Moreau, Initech · Trial Follow-up · Hot · 3 days old · Kim Lindqvist`. Without a
 * contact, the beginning of its id tells it from others.
 */
export const taskLabel = (task: Task, { facts, holder, nowMs }: Surroundings): string => {
  const contact = contactLabel(facts);
  return [
    labelOf(taskTypeLabels, task.type ?? 'Task'),
    ...(contact === '' ? [] : [contact]),
    ...templateParts(facts),
    ...(task.priority === undefined ? [] : [labelOf(taskPriorityLabels, task.priority)]),
    age(task.created_at, nowMs),
    holder === null ? 'unassigned' : personLabel(holder),
    ...(contact === '' ? [task.id.slice(0, 8)] : []),
  ].join(' · ');
};
