import type { PlainOutputField } from 'zapier-platform-core';
import type { Person } from '../../contract/event.ts';
import type { Task } from '../../topo/task.ts';
import type { PersonOf } from '../people/directory.ts';
import { personOutputFields, samplePeople } from '../people/person-output.ts';
import { type ReportedTask, reportedTask, sampleReportedTask } from './reported-task.ts';
import { sampleTask, taskOutputFields } from './task-output.ts';

/**
 * What *Reassign Task* answers: the task as it is now, and what became of it. `null` stands for what could not be known:
 * `changed` and the moved tasks where Topo did not tell who had the tasks before.
 */
export type ReassignmentOutput = Task & {
  changed: boolean | null;
  preview: boolean;
  previous_assignee: Person;
  new_assignee: Person;
  moved_count: number | null;
  moved_tasks: ReportedTask[] | null;
  request_id: string | null;
};

/** What a run did, or in a preview would do. `before` is the task as it was; `moved` are tasks as they were. */
export type Reassigned = {
  task: Task;
  before: Task | null;
  moved: readonly Task[] | null;
  changed: boolean | null;
  isPreview: boolean;
  assigneeId: string;
  requestId: string | null;
};

/** The ids of everybody whom the output names. */
export const peopleInReassignment = ({ before, moved, assigneeId }: Reassigned): (string | null)[] => [
  assigneeId,
  before?.assignee_user_id ?? null,
  ...(moved ?? []).map(({ assignee_user_id }) => assignee_user_id),
];

/** Writes down what a run did. */
export const reassignmentOutput = (reassigned: Reassigned, personOf: PersonOf): ReassignmentOutput => {
  const { task, before, moved, changed, isPreview, assigneeId, requestId } = reassigned;
  return {
    ...task,
    changed,
    preview: isPreview,
    previous_assignee: personOf(before?.assignee_user_id ?? null),
    new_assignee: personOf(assigneeId),
    moved_count: moved?.length ?? null,
    moved_tasks: moved?.map((one) => reportedTask(one.id, one, personOf)) ?? null,
    request_id: requestId,
  };
};

/** A reassignment with every field that it can have. */
export const sampleReassignment = {
  ...sampleTask,
  changed: true,
  preview: false,
  previous_assignee: samplePeople.robin,
  new_assignee: samplePeople.kim,
  moved_count: 1,
  moved_tasks: [sampleReportedTask],
  request_id: null,
} as const;

/** The fields of a reassignment that a step gives on. */
export const reassignmentOutputFields: PlainOutputField[] = [
  ...taskOutputFields(),
  { key: 'changed', label: 'Changed', type: 'boolean' },
  { key: 'preview', label: 'Preview Only', type: 'boolean' },
  ...personOutputFields('previous_assignee__', 'Previous Assignee'),
  ...personOutputFields('new_assignee__', 'New Assignee'),
  { key: 'moved_count', label: 'Number of Moved Tasks', type: 'integer' },
  { key: 'moved_tasks[]id', label: 'Moved Task', type: 'string' },
  { key: 'moved_tasks[]type', label: 'Moved Task Type', type: 'string' },
  { key: 'moved_tasks[]priority', label: 'Moved Task Priority', type: 'string' },
  { key: 'moved_tasks[]status', label: 'Moved Task Status', type: 'string' },
  ...personOutputFields('moved_tasks[]previous_assignee__', 'Moved Task Previous Assignee'),
  { key: 'request_id', label: 'Topo Request', type: 'string' },
];
