import type { OpenTaskQuery } from '../tasks/list-open-tasks.ts';

/** What a hand-over is asked to do: the tasks of `fromId`, or those with `taskIds`; both together, those that are theirs. */
export type HandOverOrder = {
  fromId: string | undefined;
  toId: string;
  taskIds: readonly string[] | undefined;
  narrowing: Pick<OpenTaskQuery, 'types' | 'priorities' | 'sequenceTemplateIds'>;
  /** No more tasks than this. */
  mostTasks: number;
  isPreview: boolean;
};
