import type { Person } from '../../contract/event.ts';
import type { Task } from '../../topo/task.ts';
import type { PersonOf } from '../people/directory.ts';
import { samplePeople } from '../people/person-output.ts';
import { sampleTask } from './task-output.ts';

/** A task in the report of a step, and who had it before; what Topo did not let us read is null. */
export type ReportedTask = {
  id: string;
  type: string | null;
  priority: string | null;
  status: string | null;
  previous_assignee: Person;
};

/** Reports a task as it was; `task` is null where Topo did not let us read it. */
export const reportedTask = (id: string, task: Task | null, personOf: PersonOf): ReportedTask => ({
  id,
  type: task?.type ?? null,
  priority: task?.priority ?? null,
  status: task?.status ?? null,
  previous_assignee: personOf(task?.assignee_user_id ?? null),
});

/** The sample task, which Robin had before. */
export const sampleReportedTask = {
  id: sampleTask.id,
  type: sampleTask.type,
  priority: sampleTask.priority,
  status: sampleTask.status,
  previous_assignee: samplePeople.robin,
} as const satisfies ReportedTask;
