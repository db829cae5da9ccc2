import type { OpenTaskQuery } from '../tasks/list-open-tasks.ts';

/** The open tasks of `fromId`, or those with `taskIds`; both together, those of them that are with `fromId`. */
export type ChosenTasks =
  | { fromId: string; taskIds: undefined }
  | { fromId: string | undefined; taskIds: readonly string[] };

/** What a hand-over is asked to do. */
export type HandOverOrder = ChosenTasks & {
  toId: string;
  filters: Pick<OpenTaskQuery, 'types' | 'priorities' | 'sequenceTemplateIds'>;
  /** No more tasks than this. */
  maxTasks: number;
  isPreview: boolean;
};
