import type { Assumptions } from '../assumptions.ts';
import { drawOne, drawUuid } from '../random.ts';
import { type Instant, parseInstant, truncateInstant } from '../timestamp.ts';
import type { ReassignmentScope } from './assignee-change.ts';
import { complete } from './complete.ts';
import { reassign } from './reassign.ts';
import { reopen } from './reopen.ts';
import type { Disposition, Task, TaskRow, TaskStatus } from './task.ts';
import type { Workspace } from './workspace.ts';
import { writeTask } from './write-task.ts';

/** A task to create; what is left out is made up. */
export type NewTask = Partial<Task>;

/** What people do in Topo itself. */
export type SimulatedUser = {
  task(taskId: string): Task | undefined;
  reassign(taskId: string, userId: string | null, scope?: ReassignmentScope): Task;
  createTask(task?: NewTask): Task;
  completeTask(taskId: string, disposition?: Disposition | null): Task;
  reopenTask(taskId: string): Task;
  deleteTask(taskId: string): void;
  revokeKey(token: string): void;
};

const readMoment = (text: string, { timestampDigits }: Assumptions): Instant => {
  const instant = parseInstant(text);
  if (instant === undefined) throw new RangeError(`${text} is not an ISO 8601 date.`);
  return truncateInstant(instant, timestampDigits);
};

const addSequence = ({ sequences, contacts, templates, random }: Workspace, id: string, createdAt: Instant): void => {
  const [contact] = contacts.byId.values();
  const template = drawOne(random, templates);
  sequences.add({
    id,
    contactId: contact?.id ?? null,
    templateId: template.id,
    status: 'ACTIVE',
    createdAt,
    updatedAt: createdAt,
  });
};

const rowOf = ({ now, random, assumptions }: Workspace, task: NewTask): TaskRow => {
  const readOr = <Default>(text: string | null | undefined, otherwise: Default) =>
    text === null || text === undefined ? otherwise : readMoment(text, assumptions);
  const createdAt = readOr(task.created_at, now());
  const updatedAt = readOr(task.updated_at, createdAt);
  const closedAt = (status: TaskStatus) => (task.status === status ? updatedAt : null);
  return {
    id: task.id ?? drawUuid(random),
    type: task.type ?? 'EMAIL_REPLY',
    priority: task.priority ?? 'TODAY',
    status: task.status ?? 'PENDING',
    sequenceId: task.sequence_id ?? drawUuid(random),
    assigneeId: task.assignee_user_id ?? null,
    disposition: task.disposition ?? null,
    reopenedAt: readOr(task.reopened_at, null),
    reopenReason: task.reopen_reason ?? null,
    skippedAt: readOr(task.skipped_at, closedAt('SKIPPED')),
    completedAt: readOr(task.completed_at, closedAt('COMPLETED')),
    createdAt,
    updatedAt,
  };
};

/** Makes changes that do not come through the API. Each function throws when there is no such task or key. */
export const createSimulatedUser = (workspaces: readonly Workspace[]): SimulatedUser => {
  const locate = (taskId: string) => {
    for (const workspace of workspaces) {
      const row = workspace.tasks.find(taskId);
      if (row !== undefined) return { workspace, row };
    }
    return undefined;
  };

  const locateOrThrow = (taskId: string) => {
    const located = locate(taskId);
    if (located === undefined) throw new RangeError(`The sandbox has no task ${taskId}.`);
    return located;
  };

  return {
    task: (taskId) => {
      const located = locate(taskId);
      return located && writeTask(located.workspace, located.row);
    },
    reassign: (taskId, userId, scope = 'TASK') => {
      const { workspace, row } = locateOrThrow(taskId);
      return writeTask(workspace, reassign(workspace, { task: row, assigneeId: userId, scope, by: 'direct' }));
    },
    createTask: (task = {}) => {
      const organizationId = task.organization_id ?? workspaces[0]?.organizationId;
      const workspace = workspaces.find((candidate) => candidate.organizationId === organizationId);
      if (workspace === undefined) throw new RangeError(`The sandbox has no workspace ${organizationId}.`);
      const row = rowOf(workspace, task);
      if (locate(row.id) !== undefined) throw new RangeError(`The sandbox already has a task ${row.id}.`);
      if (workspace.sequences.find(row.sequenceId) === undefined) addSequence(workspace, row.sequenceId, row.createdAt);
      workspace.tasks.add(row);
      return writeTask(workspace, row);
    },
    completeTask: (taskId, disposition = null) => {
      const { workspace, row } = locateOrThrow(taskId);
      return writeTask(workspace, complete(workspace, row, disposition));
    },
    reopenTask: (taskId) => {
      const { workspace, row } = locateOrThrow(taskId);
      return writeTask(workspace, reopen(workspace, row));
    },
    deleteTask: (taskId) => {
      const { workspace, row } = locateOrThrow(taskId);
      workspace.tasks.remove(row);
    },
    revokeKey: (token) => {
      const key = workspaces.flatMap(({ keys }) => keys).find((candidate) => candidate.token === token);
      if (key === undefined) throw new RangeError('The sandbox has no such key.');
      key.isRevoked = true;
    },
  };
};
