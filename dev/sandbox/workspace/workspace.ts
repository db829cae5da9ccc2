import type { Assumptions } from '../assumptions.ts';
import type { Journal } from '../journal.ts';
import type { Random } from '../random.ts';
import type { Instant } from '../timestamp.ts';
import type { ApiKey } from './api-key.ts';
import type { AssigneeChange } from './assignee-change.ts';
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

/** A template that runs for one contact. */
export type Sequence = {
  readonly id: string;
  readonly contactId: string | null;
  readonly templateId: string;
  readonly status: 'ACTIVE' | 'PAUSED' | 'COMPLETED';
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** A prospect; never an assignee. */
export type Contact = {
  readonly id: string;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly companyName: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** What a workspace holds. */
export type WorkspaceContent = {
  readonly organizationId: string;
  readonly name: string;
  readonly people: readonly Person[];
  readonly templates: readonly SequenceTemplate[];
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly sequences: Map<string, Sequence>;
  readonly keys: ApiKey[];
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
