import type { PlainOutputField } from 'zapier-platform-core';
import type { Person } from '../../contract/event.ts';
import { unassigned } from '../../contract/task-list.ts';
import type { PersonOf } from '../people/directory.ts';
import { personLabel } from '../people/person-label.ts';
import { personOutputFields, samplePeople } from '../people/person-output.ts';
import {
  type ReportedTask,
  type ReportLookups,
  reportedFactsFields,
  reportedTask,
  sampleReportedTask,
} from '../tasks/reported-task.ts';
import { sampleTask } from '../tasks/task-output.ts';
import { pluralize } from '../wording/labels.ts';
import type { HandledTask } from './candidate.ts';
import type { HandOverOrder } from './hand-over-request.ts';

type HandOverTask = ReportedTask & {
  outcome: HandledTask['outcome'];
  /** Why the task did not move; null when it did or would. */
  reason: string | null;
};

/**
 * The result of *Hand Over Tasks*. `give_back` holds the ids of the moved tasks: mapped into the field “Tasks”
 * of a later run, it returns them. `left_count` counts the tasks that were not read or not started; their ids, where
 * known, are in `left_tasks`.
 */
export type HandOverOutput = {
  summary: string;
  preview: boolean;
  moved_count: number;
  would_move_count: number;
  skipped_count: number;
  failed_count: number;
  left_count: number;
  previous_assignee: Person;
  new_assignee: Person;
  tasks: HandOverTask[];
  give_back: string[];
  left_tasks: string[];
};

/** What a hand-over did. `overLimitCount` tasks exceeded its limit; the ids of some of them may be known. */
export type HandOverResult = {
  order: HandOverOrder;
  handled: readonly HandledTask[];
  overLimitCount: number;
  overLimitIds: readonly string[];
};

const idsOf = (handled: readonly HandledTask[], outcome: HandledTask['outcome']): string[] =>
  handled.flatMap((one) => (one.outcome === outcome ? [one.id] : []));

const handOverTask = (handled: HandledTask, lookups: ReportLookups): HandOverTask => ({
  ...reportedTask(handled.id, handled.task, lookups),
  outcome: handled.outcome,
  reason: 'reason' in handled ? handled.reason : null,
});

type Counts = Pick<
  HandOverOutput,
  'moved_count' | 'would_move_count' | 'skipped_count' | 'failed_count' | 'left_count'
>;

const summaryOf = ({ order }: HandOverResult, counts: Counts, personOf: PersonOf): string => {
  const { fromId, toId, isPreview } = order;
  const name = (userId: string): string => personLabel({ ...personOf(userId), user_id: userId });
  const from = fromId === unassigned ? 'from nobody ' : fromId === undefined ? '' : `from ${name(fromId)} `;
  const people = `${from}to ${name(toId)}`;
  const moved = isPreview
    ? `${pluralize(counts.would_move_count, 'task')} would move ${people}`
    : `${pluralize(counts.moved_count, 'task')} moved ${people}`;
  const others = [
    [counts.skipped_count, 'skipped'],
    [counts.failed_count, 'failed'],
    [counts.left_count, 'left for another run'],
  ] as const;
  return `${[moved, ...others.flatMap(([amount, what]) => (amount === 0 ? [] : [`${amount} ${what}`]))].join(', ')}.`;
};

/** The person whose tasks were handed over, if there was one. */
const sourceOf = ({ fromId }: HandOverOrder): string | null =>
  fromId === undefined || fromId === unassigned ? null : fromId;

/** The ids of everybody the output names. */
export const peopleInHandOver = ({ order, handled }: HandOverResult): (string | null)[] => [
  sourceOf(order),
  order.toId,
  ...handled.map(({ task }) => task?.assignee_user_id ?? null),
];

/** The output of a hand-over. */
export const handOverOutput = (result: HandOverResult, lookups: ReportLookups): HandOverOutput => {
  const { personOf } = lookups;
  const { order, handled, overLimitCount, overLimitIds } = result;
  const giveBack = idsOf(handled, 'moved');
  const left = idsOf(handled, 'left');
  const counts: Counts = {
    moved_count: giveBack.length,
    would_move_count: idsOf(handled, 'would move').length,
    skipped_count: idsOf(handled, 'skipped').length,
    failed_count: idsOf(handled, 'failed').length,
    left_count: left.length + overLimitCount,
  };
  return {
    summary: summaryOf(result, counts, personOf),
    preview: order.isPreview,
    ...counts,
    previous_assignee: personOf(sourceOf(order)),
    new_assignee: personOf(order.toId),
    tasks: handled.map((one) => handOverTask(one, lookups)),
    give_back: giveBack,
    left_tasks: [...left, ...overLimitIds],
  };
};

/** A hand-over with every field that it can have. */
export const sampleHandOver: HandOverOutput = {
  summary: '1 task moved from Robin Okafor (robin@example.com) to Kim Lindqvist (kim@example.com).',
  preview: false,
  moved_count: 1,
  would_move_count: 0,
  skipped_count: 0,
  failed_count: 0,
  left_count: 0,
  previous_assignee: samplePeople.robin,
  new_assignee: samplePeople.kim,
  tasks: [{ ...sampleReportedTask, outcome: 'moved', reason: null }],
  give_back: [sampleTask.id],
  left_tasks: [],
};

/** The output fields of a hand-over, for later steps. */
export const handOverOutputFields: PlainOutputField[] = [
  { key: 'summary', label: 'Summary', type: 'string' },
  { key: 'preview', label: 'Preview Only', type: 'boolean' },
  { key: 'moved_count', label: 'Number of Moved Tasks', type: 'integer' },
  { key: 'would_move_count', label: 'Number of Tasks That Would Move', type: 'integer' },
  { key: 'skipped_count', label: 'Number of Skipped Tasks', type: 'integer' },
  { key: 'failed_count', label: 'Number of Failed Tasks', type: 'integer' },
  { key: 'left_count', label: 'Number of Tasks Left', type: 'integer' },
  ...personOutputFields('previous_assignee__', 'Previous Assignee'),
  ...personOutputFields('new_assignee__', 'New Assignee'),
  { key: 'tasks[]id', label: 'Tasks Task', type: 'string' },
  { key: 'tasks[]type', label: 'Tasks Task Type', type: 'string' },
  { key: 'tasks[]priority', label: 'Tasks Priority', type: 'string' },
  { key: 'tasks[]status', label: 'Tasks Status', type: 'string' },
  { key: 'tasks[]outcome', label: 'Tasks Outcome', type: 'string' },
  { key: 'tasks[]reason', label: 'Tasks Reason', type: 'string' },
  ...personOutputFields('tasks[]previous_assignee__', 'Tasks Previous Assignee'),
  ...reportedFactsFields('tasks[]', 'Tasks'),
  { key: 'give_back', label: 'Give Back', type: 'string', list: true },
  { key: 'left_tasks', label: 'Tasks Left', type: 'string', list: true },
];
