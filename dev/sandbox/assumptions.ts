import type { TimestampDigits } from './timestamp.ts';
import type { TaskStatus } from './workspace/task.ts';

/** How Topo behaves where its documentation does not say. The default of each switch is what we assume. */
export type Assumptions = {
  /** Whether `GET /v1/tasks/{task_id}` exists; without it the route is unknown (404). Default `true`. */
  getTask: boolean;
  /** Whether `POST /v1/tasks/{task_id}/skip` exists. Default `true`. */
  skipTask: boolean;
  /** Whether `GET /v1/sequences/{sequence_id}` exists. Default `true`. */
  getSequence: boolean;
  /** Whether `GET /v1/sequences`, the list of all runs, exists. Default `true`. */
  listSequences: boolean;
  /** Whether `GET /v1/contacts`, the list of all contacts, exists. Default `true`. */
  listContacts: boolean;
  /** Whether `GET /v1/sequence-templates` exists. Default `true`. */
  listSequenceTemplates: boolean;
  /** Whether tasks with the same timestamp come in another order with each request. Default `true`. */
  tiesAreShuffled: boolean;
  /** Whether the list of runs is ordered, by creation; otherwise each request shuffles all of it. Default `true`. */
  sequencesAreOrdered: boolean;
  /** Whether an active run with an open task has the status WAITING_FOR_USER. Default `true`. */
  openTasksHoldSequences: boolean;
  /**
   * Whether `email` of the contact list finds the whole address in any case, also parts of addresses, or does nothing.
   * Default `'exact'`, as documented.
   */
  contactEmail: 'exact' | 'contained' | 'ignored';
  /** Whether `first_seen_after` and `last_seen_after` leave the moment itself out. Default `'exclusive'`. */
  seenAfter: 'exclusive' | 'inclusive';
  /** The event types that `GET /v1/activities` has of every task. Default none. */
  taskEvents: readonly string[];
  /** Whether `GET /v1/users` and `GET /v1/members` exist, and may be called. Default `'absent'`. */
  memberLists: 'absent' | 'forbidden' | 'listed';
  /** Whether `/v1/webhooks` exists. Default `true`. */
  webhooks: boolean;
  /** A webhook for an event that does not exist: 400 with the known ones, 400 alone, or made. Default `'listed'`. */
  unknownEventType: 'listed' | 'refused' | 'allowed';
  /** The names of the headers that a webhook has besides the usual ones. */
  webhookHeaders: readonly string[];
  /** Whether `created_at_after` leaves the moment itself out, keeps it, or does nothing. Default `'exclusive'`. */
  createdAtAfter: 'exclusive' | 'inclusive' | 'ignored';
  /** Whether a change of assignee moves the task's `updated_at`. Default `true`. */
  reassigningMovesUpdatedAt: boolean;
  /** Whether scope SEQUENCE moves `updated_at` of the *other* tasks that it reassigns. Default `true`. */
  siblingsMoveUpdatedAt: boolean;
  /** The statuses that count as actionable. Default `['PENDING', 'IN_PROGRESS']`. */
  actionableStatuses: readonly TaskStatus[];
  /** Reassigning a task that is not actionable: 422, or carried out. Default `'refused'`. */
  closedTask: 'refused' | 'allowed';
  /** Reassigning to a user who is not a member: 422, 404, or carried out. Default `'refused'`. */
  unknownUser: 'refused' | 'not found' | 'allowed';
  /** Reassigning to the current assignee: 200 with the same `updated_at`, or a new one. Default `'unchanged'`. */
  presentAssignee: 'unchanged' | 'touched';
  /** Decimal places of a second in timestamps, also as stored: with 0, changes within a second tie. Default `3`. */
  timestampDigits: TimestampDigits;
  /** The zone of timestamps: `'Z'` or an offset such as `'+02:00'`. Default `'Z'`. */
  timestampOffset: string;
};

export const defaultAssumptions: Assumptions = {
  getTask: true,
  skipTask: true,
  getSequence: true,
  listSequences: true,
  listContacts: true,
  listSequenceTemplates: true,
  tiesAreShuffled: true,
  sequencesAreOrdered: true,
  openTasksHoldSequences: true,
  contactEmail: 'exact',
  seenAfter: 'exclusive',
  taskEvents: [],
  memberLists: 'absent',
  webhooks: true,
  unknownEventType: 'listed',
  webhookHeaders: ['topo-event-id', 'topo-timestamp', 'topo-signature'],
  createdAtAfter: 'exclusive',
  reassigningMovesUpdatedAt: true,
  siblingsMoveUpdatedAt: true,
  actionableStatuses: ['PENDING', 'IN_PROGRESS'],
  closedTask: 'refused',
  unknownUser: 'refused',
  presentAssignee: 'unchanged',
  timestampDigits: 3,
  timestampOffset: 'Z',
};
