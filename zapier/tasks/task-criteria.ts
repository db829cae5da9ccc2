import type { TaskQuery } from '../../topo/list-tasks.ts';

/**
 * What to look for: tasks created after `createdAfterUs`, in microseconds since 1970; tasks about the prospect with
 * `contactEmail`; `status` may be `anyOpen`.
 */
export type TaskCriteria = Pick<
  TaskQuery,
  'types' | 'priorities' | 'sequenceTemplateIds' | 'assigneeId' | 'sequenceId' | 'status'
> & { createdAfterUs?: number; contactEmail?: string };

/** Stands in for every open status of Topo's. */
export const anyOpen = 'OPEN' as const;
