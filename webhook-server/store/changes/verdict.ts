import type { EventType, TaskEvent } from '../../../contract/event.ts';
import type { HookFilters } from '../../../contract/hook.ts';
import { type FilteredChange, keptOutBy } from '../../../contract/matches.ts';
import type { Verdict } from '../tenant-store.ts';

/** What a hook heard of, and its filters, at some time. */
export type Wishes = { events: readonly EventType[]; filters: HookFilters };

/** What filters look at, of an event as it was stored. `templateId`: as far as it is known by now. */
export const changeOfEvent = (event: TaskEvent, templateId: string | null): FilteredChange => ({
  kind: event.kind,
  source: event.source,
  previousAssigneeId: event.previous_assignee.user_id,
  newAssigneeId: event.new_assignee.user_id,
  sequenceTemplateId: templateId ?? event.sequence_template_id,
  task: event.task,
});

/** Why a hook with these wishes did not want an event; undefined when it did. */
export const refusalOf = (
  { events, filters }: Wishes,
  event: TaskEvent,
  change: FilteredChange,
): Verdict | undefined => {
  if (!events.includes(event.type)) return { kind: 'other event' };
  const filter = keptOutBy(filters, change);
  return filter === undefined ? undefined : { kind: 'kept out', filter };
};
