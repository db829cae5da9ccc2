import type { Habits } from '../assumptions.ts';
import type { Instant } from '../instant.ts';
import type { Journal } from '../journal.ts';
import type { Random } from '../random.ts';
import type { ApiKey } from './api-key.ts';
import type { AssigneeChange } from './reassign.ts';
import type { TaskTable } from './task-table.ts';

/** Somebody who works in the workspace. The API never says a name or an e-mail. */
export type Person = { readonly userId: string; readonly name: string; readonly email: string };

export const templateStatuses = ['ACTIVE', 'PAUSED', 'ARCHIVED'] as const;

export type SequenceTemplate = {
  readonly id: string;
  readonly name: string | null;
  readonly status: (typeof templateStatuses)[number];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** One contact's run of a template. */
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

/** What a workspace is made of. */
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

/** A workspace with what its routes need besides: the time, chance, and what the documents leave open. */
export type Workspace = WorkspaceContent & {
  readonly habits: Habits;
  readonly now: () => Instant;
  readonly random: Random;
  readonly changes: Journal<AssigneeChange>;
};
