import { dispositionOf, type EventKind, type EventTask, Kind, outcomeOf, type Source } from './event.ts';
import type { HookFilters } from './hook.ts';
import { unassigned } from './task-list.ts';

/** The part of a change that the filters of a hook look at. */
export type FilteredChange = {
  kind: EventKind;
  source: Source;
  previousAssigneeId: string | null;
  newAssigneeId: string | null;
  sequenceTemplateId: string | null;
  task: Pick<EventTask, 'type' | 'priority'> & Readonly<Record<string, unknown>>;
};

const allows = (wanted: readonly string[] | undefined, value: string | null | undefined): boolean =>
  wanted === undefined || (value !== null && value !== undefined && wanted.includes(value));

/** Only reassignments are of several kinds. */
const isReassignment = ({ kind }: Pick<FilteredChange, 'kind'>): boolean => Kind.safeParse(kind).success;

/** The first filter that keeps this change from a hook; undefined when the hook wants it. */
export const keptOutBy = (filters: HookFilters, change: FilteredChange): keyof HookFilters | undefined => {
  const { task, kind } = change;
  if (!allows(filters.new_assignee_ids, change.newAssigneeId?.toLowerCase() ?? unassigned)) return 'new_assignee_ids';
  if (!allows(filters.previous_assignee_ids, change.previousAssigneeId?.toLowerCase())) return 'previous_assignee_ids';
  if (!allows(filters.task_types, task.type)) return 'task_types';
  if (!allows(filters.priorities, task.priority)) return 'priorities';
  if (!allows(filters.sequence_template_ids, change.sequenceTemplateId?.toLowerCase())) return 'sequence_template_ids';
  if (isReassignment(change) && !allows(filters.kinds, kind)) return 'kinds';
  if (kind === 'closed' && !allows(filters.outcomes, outcomeOf({ type: 'task.closed', task }))) return 'outcomes';
  if (kind === 'closed' && !allows(filters.dispositions, dispositionOf(task))) return 'dispositions';
  return filters.ignore_sources?.includes(change.source) ? 'ignore_sources' : undefined;
};

/** Whether a hook with these filters wants this change. The server and the Zap both decide with this function. */
export const matches = (filters: HookFilters, change: FilteredChange): boolean =>
  keptOutBy(filters, change) === undefined;
