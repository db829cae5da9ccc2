import type { Task, taskStatuses } from './task.ts';

type Status = (typeof taskStatuses)[number];

/** The statuses of a task that still waits for somebody, as far as Topo documents them. */
export const openStatuses = ['PENDING', 'IN_PROGRESS'] as const satisfies readonly Status[];

const closedStatuses: readonly string[] = ['COMPLETED', 'SKIPPED'] satisfies readonly Status[];

/** Whether a task may still wait for somebody: a status that we do not know is not held to be the end. */
export const isOpen = ({ status }: Pick<Task, 'status'>): boolean =>
  status === undefined || !closedStatuses.includes(status);
