import type { TaskFilters } from '../tasks/task-filters.ts';

/**
 * The open tasks of `fromId`, or the tasks `taskIds`; with both, only those of the tasks that `fromId` has. `unassigned` as
 * `fromId` is nobody.
 */
export type ChosenTasks =
  | { fromId: string; taskIds: undefined }
  | { fromId: string | undefined; taskIds: readonly string[] };

/** What a hand-over is asked to do. */
export type HandOverOrder = ChosenTasks & {
  toId: string;
  filters: TaskFilters;
  maxTasks: number;
  isPreview: boolean;
  /**
   * Whether only tasks move that Topo shows. A person who names a task means it, even where the key may not read it; what
   * another source names may be gone.
   */
  mustBeRead?: boolean;
};
