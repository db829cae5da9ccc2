import { formatInstant } from '../timestamp.ts';
import type { AssigneeChange, ReassignmentScope } from './assignee-change.ts';
import type { TaskRow } from './task.ts';
import type { Workspace } from './workspace.ts';

export type Reassignment = {
  readonly task: TaskRow;
  readonly assigneeId: string | null;
  readonly scope: ReassignmentScope;
  readonly by: AssigneeChange['by'];
};

const siblingsOf = ({ tasks, assumptions }: Workspace, task: TaskRow): TaskRow[] =>
  tasks
    .inSequence(task.sequenceId)
    .filter((other) => other.id !== task.id && assumptions.actionableStatuses.includes(other.status));

/**
 * Reassigns a task, and with scope SEQUENCE the other actionable tasks of its sequence, all at one moment, and appends
 * each change to the journal. The caller decides whether that is allowed.
 */
export const reassign = (workspace: Workspace, { task, assigneeId, scope, by }: Reassignment): TaskRow => {
  const { tasks, assumptions, now, changes } = workspace;
  const moment = now();

  const give = (row: TaskRow, movesUpdatedAt: boolean): TaskRow => {
    const isPresent = row.assigneeId === assigneeId;
    if (isPresent && assumptions.presentAssignee === 'unchanged') return row;
    const updatedAt = movesUpdatedAt ? moment : row.updatedAt;
    const given = tasks.change(row, { assigneeId, updatedAt });
    if (isPresent) return given;
    changes.append({
      taskId: row.id,
      previous: row.assigneeId,
      next: assigneeId,
      at: new Date(Math.floor(moment / 1000)),
      updatedAt: formatInstant(updatedAt, assumptions.timestampDigits, assumptions.timestampOffset),
      by,
      scope,
    });
    return given;
  };

  const given = give(task, assumptions.reassigningMovesUpdatedAt);
  if (scope === 'SEQUENCE') {
    for (const sibling of siblingsOf(workspace, task)) {
      give(sibling, assumptions.reassigningMovesUpdatedAt && assumptions.siblingsMoveUpdatedAt);
    }
  }
  return given;
};
