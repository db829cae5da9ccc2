import { Task } from '../../topo/task.ts';

const firstMs = Date.parse('2026-01-05T08:00:00Z');
const everyMs = 60_000;
const people = 20;

const idOf = (kind: number, index: number): string =>
  `00000000-0000-4000-8000-${String(kind).padStart(2, '0')}${String(index).padStart(10, '0')}`;

/** A task of a prepared workspace; the higher its number, the later it was made and changed. */
const preparedTask = (index: number): Task => {
  const at = new Date(firstMs + index * everyMs).toISOString();
  return Task.parse({
    id: idOf(1, index),
    organization_id: idOf(2, 0),
    type: 'EMAIL_REPLY',
    priority: 'TODAY',
    status: 'PENDING',
    sequence_id: idOf(3, index),
    assignee_user_id: idOf(4, index % people),
    disposition: null,
    reopened_at: null,
    reopen_reason: null,
    skipped_at: null,
    completed_at: null,
    created_at: at,
    updated_at: at,
  });
};

/** The tasks from one number up to, and without, another. */
export const preparedTasks = (from: number, to: number): Task[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, offset) => preparedTask(from + offset));
