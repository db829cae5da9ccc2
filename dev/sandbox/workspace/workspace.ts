import type { Assumptions } from '../assumptions.ts';
import type { Journal } from '../journal.ts';
import type { Random } from '../random.ts';
import type { Instant } from '../timestamp.ts';
import type { ApiKey } from './api-key.ts';
import type { AssigneeChange } from './assignee-change.ts';
import type { SortedTable } from './sorted-table.ts';
import type { TaskTable } from './task-table.ts';

/** A member of the workspace. The API never returns a name or an e-mail. */
export type Person = { readonly userId: string; readonly name: string; readonly email: string };

export const templateStatuses = ['ACTIVE', 'PAUSED', 'ARCHIVED'] as const;

export type SequenceTemplate = {
  readonly id: string;
  readonly name: string | null;
  readonly status: (typeof templateStatuses)[number];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

export const sequenceStatuses = [
  ...(['ACTIVE', 'WAITING_FOR_LEAD', 'WAITING_FOR_USER', 'SUCCEEDED', 'FAILED'] as const),
  ...(['STOPPED_EARLY', 'COMPLETED', 'FOUND', 'REFUSED'] as const),
] as const;
export type SequenceStatus = (typeof sequenceStatuses)[number];

/** A template that runs for one contact; `contactId` is `null` once that contact was deleted. */
export type Sequence = {
  readonly id: string;
  readonly contactId: string | null;
  readonly templateId: string;
  readonly status: SequenceStatus;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** A prospect; never an assignee. */
export type Contact = {
  readonly id: string;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly jobTitle: string | null;
  readonly companyName: string | null;
  readonly companyDomain: string | null;
  readonly linkedinUrl: string | null;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  readonly updatedAt: Instant;
};

/** What `GET /v1/contacts` sorts by. */
export const contactOrders = ['first_seen_at', 'last_seen_at', 'email'] as const;
export type ContactOrder = (typeof contactOrders)[number];

/** A subscription to Topo's own events. */
export type Webhook = {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly eventTypes: readonly string[];
};

/** What a workspace holds. */
export type WorkspaceContent = {
  readonly organizationId: string;
  readonly name: string;
  readonly people: readonly Person[];
  readonly templates: SequenceTemplate[];
  readonly contacts: SortedTable<Contact, ContactOrder>;
  readonly sequences: SortedTable<Sequence, 'created_at'>;
  readonly keys: ApiKey[];
  readonly webhooks: Map<string, Webhook>;
  readonly tasks: TaskTable;
};

/** A workspace with what its routes need besides: clock, randomness, and how Topo is assumed to behave. */
export type Workspace = WorkspaceContent & {
  readonly assumptions: Assumptions;
  readonly now: () => Instant;
  readonly random: Random;
  readonly changes: Journal<AssigneeChange>;
  /** What routes return in place of a task's own fields, by the task's id. */
  readonly malformed: Map<string, Readonly<Record<string, unknown>>>;
};

/** At least one; the first is the one that people play with. */
export type Workspaces = readonly [Workspace, ...Workspace[]];
