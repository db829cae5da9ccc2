import type { EventKind, EventType } from '../../../contract/event.ts';
import { kindOf } from '../../../contract/reassignment-kind.ts';

/** Who has a task, and whether it is open; null where the snapshot does not know that yet. */
export type TaskState = { assigneeId: string | null; isOpen: boolean | null };

/** What happened to a task between two looks: one of several things, in the order of its life. */
export type Transition = {
  type: EventType;
  kind: EventKind;
  previousAssigneeId: string | null;
  newAssigneeId: string | null;
};

const reassigned = (from: string | null, to: string | null): Transition[] =>
  from === to ? [] : [{ type: 'task.reassigned', kind: kindOf(from, to), previousAssigneeId: from, newAssigneeId: to }];

const created = (to: string | null): Transition => ({
  type: 'task.created',
  kind: 'created',
  previousAssigneeId: null,
  newAssigneeId: to,
});

const reopened = (to: string | null): Transition => ({
  type: 'task.reopened',
  kind: 'reopened',
  previousAssigneeId: null,
  newAssigneeId: to,
});

const closed = (of: string | null): Transition => ({
  type: 'task.closed',
  kind: 'closed',
  previousAssigneeId: of,
  newAssigneeId: null,
});

/** A task that is new; it may have been closed already when it was first seen. */
export const firstTransitions = ({ assigneeId, isOpen }: TaskState): Transition[] => [
  created(assigneeId),
  ...(isOpen === false ? [closed(assigneeId)] : []),
];

/**
 * From one state to another. A task that comes back is reopened before it is given to somebody, and one that goes was given
 * to somebody before it was closed: who had it last closed it, as far as anybody can tell.
 */
export const transitionsBetween = (before: TaskState, now: TaskState): Transition[] => [
  ...(before.isOpen === false && now.isOpen === true ? [reopened(before.assigneeId)] : []),
  ...reassigned(before.assigneeId, now.assigneeId),
  ...(before.isOpen === true && now.isOpen === false ? [closed(now.assigneeId)] : []),
];
