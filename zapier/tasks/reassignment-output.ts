import type { PlainOutputField } from 'zapier-platform-core';
import type { Person } from '../../contract/event.ts';
import type { TaskFacts } from '../../contract/task-facts.ts';
import type { Task, WrittenTask } from '../../topo/task.ts';
import type { PersonOf } from '../people/directory.ts';
import { personLabel } from '../people/person-label.ts';
import { personOutputFields, samplePeople } from '../people/person-output.ts';
import { pluralize } from '../wording/labels.ts';
import {
  type ReportedTask,
  type ReportLookups,
  reportedFactsFields,
  reportedTask,
  sampleReportedTask,
} from './reported-task.ts';
import {
  describedTask,
  factsIdFields,
  factsOutputFields,
  labelOutputFields,
  sampleFacts,
  sampleTask,
  taskOutputFields,
} from './task-output.ts';

/**
 * The result of *Reassign Task*: the task as it is now, and what changed. `null` stands for the unknown: `changed` and the
 * moved tasks, where Topo did not let us read who had the tasks before. In a preview `moved_count` and `moved_tasks` are
 * what would move. `choice_reason` is there when one of several people was chosen.
 */
export type ReassignmentOutput = ReturnType<typeof describedTask<WrittenTask>> & {
  summary: string;
  changed: boolean | null;
  preview: boolean;
  would_move_count: number | null;
  previous_assignee: Person;
  new_assignee: Person;
  moved_count: number | null;
  moved_tasks: ReportedTask[] | null;
  choice_reason: string | null;
  request_id: string | null;
};

/** What a run did, or would do in a preview. `before` and `moved` are the tasks as they were before it. */
export type ReassignmentResult = {
  task: WrittenTask;
  before: Task | null;
  moved: readonly Task[] | null;
  changed: boolean | null;
  isPreview: boolean;
  assigneeId: string;
  requestId: string | null;
  /** What the task and all that moved with it are about, where the server told it on the way. */
  facts: TaskFacts | undefined;
};

/** The ids of everybody the output names. */
export const peopleInReassignment = ({ before, moved, assigneeId }: ReassignmentResult): (string | null)[] => [
  assigneeId,
  before?.assignee_user_id ?? null,
  ...(moved ?? []).map(({ assignee_user_id }) => assignee_user_id),
];

/** The ids of all tasks that the output is about. */
export const tasksInReassignment = ({ task, moved }: ReassignmentResult): string[] => [
  task.id,
  ...(moved ?? []).map(({ id }) => id),
];

/** Who had all of the moved tasks; `undefined` if several people or nobody had them. */
const commonHolder = (moved: readonly Task[]): string | undefined => {
  const [first, ...others] = new Set(moved.map(({ assignee_user_id }) => assignee_user_id));
  return others.length === 0 ? (first ?? undefined) : undefined;
};

const summaryOf = ({ moved, isPreview, assigneeId }: ReassignmentResult, personOf: PersonOf): string => {
  const name = (userId: string): string => personLabel({ ...personOf(userId), user_id: userId });
  const to = name(assigneeId);
  if (moved === null) {
    const what = isPreview ? `would move to ${to}` : `is with ${to} now`;
    return `The task ${what}; Topo does not tell which others move with it.`;
  }
  const holder = commonHolder(moved);
  const from = holder === undefined ? '' : `from ${name(holder)} `;
  return `${pluralize(moved.length, 'task')} ${isPreview ? 'would move' : 'moved'} ${from}to ${to}.`;
};

/** Why somebody was chosen, in words. */
export type ReasonOf = (personOf: PersonOf) => string;

/** The output of a reassignment; `reasonOf` says why its person was chosen among several. */
export const reassignmentOutput = (
  reassigned: ReassignmentResult,
  lookups: ReportLookups,
  reasonOf?: ReasonOf,
): ReassignmentOutput => {
  const { personOf, factsOf } = lookups;
  const { task, before, moved, changed, isPreview, assigneeId, requestId } = reassigned;
  return {
    ...describedTask(task, factsOf(task.id)),
    summary: summaryOf(reassigned, personOf),
    changed,
    preview: isPreview,
    would_move_count: isPreview ? (moved?.length ?? null) : 0,
    previous_assignee: personOf(before?.assignee_user_id ?? null),
    new_assignee: personOf(assigneeId),
    moved_count: moved?.length ?? null,
    moved_tasks: moved?.map((one) => reportedTask(one.id, one, lookups)) ?? null,
    choice_reason: reasonOf?.(personOf) ?? null,
    request_id: requestId,
  };
};

/** A reassignment with every field that it can have. */
export const sampleReassignment = {
  ...describedTask(sampleTask),
  ...sampleFacts,
  summary: '1 task moved from Robin Okafor (robin@example.com) to Kim Lindqvist (kim@example.com).',
  changed: true,
  preview: false,
  would_move_count: 0,
  previous_assignee: samplePeople.robin,
  new_assignee: samplePeople.kim,
  moved_count: 1,
  moved_tasks: [sampleReportedTask],
  choice_reason: 'Kim Lindqvist (kim@example.com) has the fewest open tasks (2) of 3 people.',
  request_id: null,
} as const;

/** The output fields of a reassignment, for later steps. */
export const reassignmentOutputFields: PlainOutputField[] = [
  { key: 'summary', label: 'Summary', type: 'string' },
  ...labelOutputFields(),
  ...factsOutputFields,
  ...taskOutputFields(),
  { key: 'changed', label: 'Changed', type: 'boolean' },
  { key: 'preview', label: 'Preview Only', type: 'boolean' },
  { key: 'would_move_count', label: 'Number of Tasks That Would Move', type: 'integer' },
  ...personOutputFields('previous_assignee__', 'Previous Assignee'),
  ...personOutputFields('new_assignee__', 'New Assignee'),
  { key: 'moved_count', label: 'Number of Moved Tasks', type: 'integer' },
  { key: 'moved_tasks[]id', label: 'Moved Task', type: 'string' },
  { key: 'moved_tasks[]type', label: 'Moved Task Type', type: 'string' },
  { key: 'moved_tasks[]priority', label: 'Moved Task Priority', type: 'string' },
  { key: 'moved_tasks[]status', label: 'Moved Task Status', type: 'string' },
  ...personOutputFields('moved_tasks[]previous_assignee__', 'Moved Task Previous Assignee'),
  ...reportedFactsFields('moved_tasks[]', 'Moved Task'),
  ...factsIdFields,
  { key: 'choice_reason', label: 'Why This Person', type: 'string' },
  { key: 'request_id', label: 'Topo Request', type: 'string' },
];
