import type { Task, taskStatuses } from './task.ts';

type Status = (typeof taskStatuses)[number];

/** The documented statuses of a task that still waits for its assignee. */
export const openStatuses = ['PENDING', 'IN_PROGRESS'] as const satisfies readonly Status[];

const closedStatuses: readonly string[] = ['COMPLETED', 'SKIPPED'] satisfies readonly Status[];

/** Whether a task may still wait for its assignee: an unknown status counts as open. */
export const isOpen = ({ status }: Pick<Task, 'status'>): boolean =>
  status === undefined || !closedStatuses.includes(status);
