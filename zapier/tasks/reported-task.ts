import type { PlainOutputField } from 'zapier-platform-core';
import type { Person } from '../../contract/event.ts';
import { taskLabels } from '../../contract/labels.ts';
import { type ToldFacts, toldFacts } from '../../contract/told-facts.ts';
import type { Task } from '../../topo/task.ts';
import type { PersonOf } from '../people/directory.ts';
import { samplePeople } from '../people/person-output.ts';
import type { FactsOf } from './known-facts.ts';
import { factsIdFields, factsOutputFields, sampleFacts, sampleTask } from './task-output.ts';

/** A task in the report of a step, what it is about, and who had it before; what nobody told us is null. */
export type ReportedTask = {
  id: string;
  type: string | null;
  priority: string | null;
  status: string | null;
  previous_assignee: Person;
} & ReturnType<typeof taskLabels> &
  ToldFacts;

/** What the report of a step shows besides the tasks themselves. */
export type ReportLookups = { personOf: PersonOf; factsOf: FactsOf };

/** Reports a task as it was; `task` is null where Topo did not let us read it. */
export const reportedTask = (id: string, task: Task | null, { personOf, factsOf }: ReportLookups): ReportedTask => ({
  id,
  type: task?.type ?? null,
  priority: task?.priority ?? null,
  status: task?.status ?? null,
  ...taskLabels(task ?? {}),
  ...toldFacts(factsOf(id)),
  previous_assignee: personOf(task?.assignee_user_id ?? null),
});

/** The sample task, which Robin had before. */
export const sampleReportedTask = {
  id: sampleTask.id,
  type: sampleTask.type,
  priority: sampleTask.priority,
  status: sampleTask.status,
  ...taskLabels(sampleTask),
  ...sampleFacts,
  previous_assignee: samplePeople.robin,
} as const satisfies ReportedTask;

/** The output fields of what reported tasks are about, and of their labels. */
export const reportedFactsFields = (prefix: string, labelPrefix: string): PlainOutputField[] => [
  { key: `${prefix}type_label`, label: `${labelPrefix} Type in Words`, type: 'string' },
  { key: `${prefix}priority_label`, label: `${labelPrefix} Priority in Words`, type: 'string' },
  ...[...factsOutputFields, ...factsIdFields].map(
    ({ key, label }): PlainOutputField => ({ key: prefix + key, label: `${labelPrefix} ${label}`, type: 'string' }),
  ),
];
