import { randomUUID } from 'node:crypto';
import { type EventKind, type EventType, inWords, type Person, type TaskEvent } from '../../contract/event.ts';
import type { HookFilters } from '../../contract/hook.ts';
import { nobody } from '../../contract/person.ts';
import { unassigned } from '../../contract/task-list.ts';

const people = {
  previous: { user_id: '9f8e7d6c-5b4a-4392-8170-f6e5d4c3b2a1', name: 'Robin Example', email: 'robin@example.com' },
  next: { user_id: '1a2b3c4d-5e6f-4071-8293-a4b5c6d7e8f9', name: 'Kim Example', email: 'kim@example.com' },
} as const;

const contact = {
  id: '4c5d6e7f-8091-4a2b-9c3d-e4f5a6b7c8d9',
  name: 'Alex Example',
  email: 'alex@example.com',
  company: 'Example Company',
};

const personOr = (invented: Person, wantedIds: readonly string[] | undefined, exceptId: string | null): Person => {
  if (wantedIds === undefined) return invented;
  const userId = wantedIds.find((id) => id !== exceptId) ?? invented.user_id;
  return { ...nobody, user_id: userId };
};

/** What is invented of a task that was closed. */
const came = ({ outcomes, dispositions }: HookFilters) => ({
  outcome: outcomes?.[0] ?? 'completed',
  disposition: dispositions?.[0] ?? null,
  open_seconds: 3_600,
});

/** A person only; “none” is nobody. */
const withoutNobody = (ids: readonly string[] | undefined): readonly string[] | undefined => {
  const people = ids?.filter((id) => id !== unassigned);
  return people?.length === 0 ? undefined : people;
};

type Happened = { kind: EventKind; newAssignee: Person; previousAssignee: Person };

const reassigned = (filters: HookFilters): Happened => {
  const kind = filters.kinds?.[0] ?? 'reassigned';
  const wantedIds = withoutNobody(filters.new_assignee_ids);
  const newAssignee = kind === 'unassigned' ? nobody : personOr(people.next, wantedIds, null);
  return {
    kind,
    newAssignee,
    previousAssignee:
      kind === 'assigned' ? nobody : personOr(people.previous, filters.previous_assignee_ids, newAssignee.user_id),
  };
};

const holderOf = ({ new_assignee_ids: ids }: HookFilters): Person =>
  ids?.[0] === unassigned ? nobody : personOr(people.next, ids, null);

const happened: Readonly<Record<EventType, (filters: HookFilters) => Happened>> = {
  'task.reassigned': reassigned,
  'task.created': (filters) => ({ kind: 'created', newAssignee: holderOf(filters), previousAssignee: nobody }),
  'task.reopened': (filters) => ({ kind: 'reopened', newAssignee: holderOf(filters), previousAssignee: nobody }),
  'task.closed': (filters) => ({
    kind: 'closed',
    newAssignee: nobody,
    previousAssignee: personOr(people.previous, filters.previous_assignee_ids, null),
  }),
};

/**
 * An invented event of this type that passes these filters. Its ids begin with `evt_test_` and `bat_test_`, and no link leads to its
 * task, which is not there.
 */
export const testEvent = (type: EventType, filters: HookFilters, nowMs: number): TaskEvent => {
  const name = randomUUID();
  const now = new Date(nowMs).toISOString();
  const { kind, newAssignee, previousAssignee } = happened[type](filters);
  const closing = type === 'task.closed' ? came(filters) : undefined;
  const task = {
    id: randomUUID(),
    type: filters.task_types?.[0] ?? 'CALL',
    priority: filters.priorities?.[0] ?? 'TODAY',
    status: closing?.outcome.toUpperCase() ?? 'PENDING',
    ...(closing === undefined ? {} : { disposition: closing.disposition }),
    sequence_id: null,
    assignee_user_id: (type === 'task.closed' ? previousAssignee : newAssignee).user_id,
    created_at: now,
    updated_at: now,
  };
  const templateId = filters.sequence_template_ids?.[0] ?? null;
  return inWords({
    id: `evt_test_${name}`,
    type,
    kind,
    ...closing,
    occurred_at: now,
    detected_at: now,
    source: filters.ignore_sources?.includes('topo') === true ? 'zapier' : 'topo',
    batch_id: `bat_test_${name}`,
    batch_size: 1,
    previous_assignee: previousAssignee,
    new_assignee: newAssignee,
    task,
    sequence_template_id: templateId,
    changes: [{ task, previous_assignee: previousAssignee }],
    changes_count: 1,
    contact,
    sequence_template: { id: templateId, name: 'Example Template' },
    task_url: null,
  });
};
