import { formatInstant } from '../instant.ts';
import type { TaskRow } from './task.ts';
import type { Workspace } from './workspace.ts';

export const knownScopes = ['TASK', 'SEQUENCE'] as const;

/** Just the task, or every actionable task of its sequence as well. */
export type ReassignmentScope = (typeof knownScopes)[number];

/** One task's change of assignee. A reassignment of a sequence makes one of these for each task that moved. */
export type AssigneeChange = {
  readonly taskId: string;
  readonly previous: string | null;
  readonly next: string | null;
  readonly at: Date;
  /** The task's `updated_at` after the change, as the API writes it. */
  readonly updatedAt: string;
  /** Through the API, or by a colleague on Topo's own screens. */
  readonly by: 'route' | 'direct';
  readonly scope: ReassignmentScope;
};

export type Reassignment = {
  readonly task: TaskRow;
  readonly assigneeId: string | null;
  readonly scope: ReassignmentScope;
  readonly by: 'route' | 'direct';
};

const siblingsOf = ({ tasks, habits }: Workspace, task: TaskRow): TaskRow[] =>
  tasks
    .inSequence(task.sequenceId)
    .filter((other) => other.id !== task.id && habits.actionableStatuses.includes(other.status));

/**
 * Gives a task, and with scope SEQUENCE the other actionable tasks of its sequence, to somebody or to nobody, all at
 * one moment; notes each change in the journal. Whether that is allowed is for the caller to decide.
 */
export const reassign = (workspace: Workspace, { task, assigneeId, scope, by }: Reassignment): TaskRow => {
  const { tasks, habits, now, changes } = workspace;
  const moment = now();

  const give = (row: TaskRow, movesUpdatedAt: boolean): TaskRow => {
    const isPresent = row.assigneeId === assigneeId;
    if (isPresent && habits.presentAssignee === 'unchanged') return row;
    const updatedAt = movesUpdatedAt ? moment : row.updatedAt;
    const given = tasks.change(row, { assigneeId, updatedAt });
    if (isPresent) return given;
    changes.append({
      taskId: row.id,
      previous: row.assigneeId,
      next: assigneeId,
      at: new Date(Math.floor(moment / 1000)),
      updatedAt: formatInstant(updatedAt, habits.timestampDigits, habits.timestampOffset),
      by,
      scope,
    });
    return given;
  };

  const given = give(task, habits.reassigningMovesUpdatedAt);
  if (scope === 'SEQUENCE') {
    for (const sibling of siblingsOf(workspace, task)) {
      give(sibling, habits.reassigningMovesUpdatedAt && habits.siblingsMoveUpdatedAt);
    }
  }
  return given;
};
