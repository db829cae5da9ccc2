import type { TaskQuery } from '../../topo/list-tasks.ts';

/**
 * What to look for: tasks created after `createdAfterUs`, in microseconds since 1970; tasks about the prospect with
 * `contactEmail`; tasks whose contact, company or template has `text` in its name. `status` may be `anyOpen`, and
 * `assigneeId` may be `unassigned`.
 */
export type TaskCriteria = Pick<
  TaskQuery,
  'types' | 'priorities' | 'sequenceTemplateIds' | 'assigneeId' | 'sequenceId' | 'status'
> & { createdAfterUs?: number; contactEmail?: string; text?: string };

/** Stands in for every open status of Topo's. */
export const anyOpen = 'OPEN' as const;

/** Topo's tasks do not tell whom they are about: only the webhook server knows that. */
export const isAboutSomebody = ({ contactEmail, text }: TaskCriteria): boolean =>
  contactEmail !== undefined || text !== undefined;
