import type { Database } from './database.ts';

/** Where a task can be seen in Topo; null where nobody has said so. */
export type TaskUrlOf = (taskId: string) => string | null;

/** @param template an address with `{task_id}` in it, if the operator knows Topo's. */
export const createTaskUrls =
  (template: string | undefined): TaskUrlOf =>
  (taskId) =>
    template?.replaceAll('{task_id}', () => encodeURIComponent(taskId)) ?? null;

/** The same database, whose transactions know where tasks can be seen. */
export const withTaskUrls = (database: Database, taskUrlOf: TaskUrlOf): Database => ({
  ...database,
  transaction: (work, stance) => database.transaction((run) => work({ ...run, taskUrlOf }), stance),
});
