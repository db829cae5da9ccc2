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

const isWantedClosing = ({ outcomes, dispositions }: HookFilters, { task }: FilteredChange): boolean =>
  allows(outcomes, outcomeOf({ type: 'task.closed', task })) && allows(dispositions, dispositionOf(task));

/** Whether a hook with these filters wants this change. The server and the Zap both decide with this function. */
export const matches = (filters: HookFilters, change: FilteredChange): boolean =>
  allows(filters.new_assignee_ids, change.newAssigneeId?.toLowerCase() ?? unassigned) &&
  allows(filters.previous_assignee_ids, change.previousAssigneeId?.toLowerCase()) &&
  allows(filters.task_types, change.task.type) &&
  allows(filters.priorities, change.task.priority) &&
  allows(filters.sequence_template_ids, change.sequenceTemplateId?.toLowerCase()) &&
  (!isReassignment(change) || allows(filters.kinds, change.kind)) &&
  (change.kind !== 'closed' || isWantedClosing(filters, change)) &&
  !filters.ignore_sources?.includes(change.source);
