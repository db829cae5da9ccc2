import { answerList } from '../http/answer-list.ts';
import { answerTask } from '../http/answer-task.ts';
import { readInstant, readParameter, readParameters, readUuid, readWord } from '../http/read-field.ts';
import type { Route } from '../http/route.ts';
import { type TaskRow, taskPriorities, taskStatuses, taskTypes } from '../workspace/task.ts';
import type { Workspace } from '../workspace/workspace.ts';

type Condition = (row: TaskRow) => boolean;

const isAfter = (instant: number, limit: number, assumption: Workspace['assumptions']['createdAtAfter']): boolean =>
  assumption === 'ignored' || (assumption === 'inclusive' ? instant >= limit : instant > limit);

const readConditions = (query: URLSearchParams, { sequences, assumptions }: Workspace): Condition[] => {
  const sequenceId = readParameter(query, 'sequence_id', readUuid);
  const templateIds = readParameters(query, 'sequence_template_ids', readUuid);
  const types = readParameters(query, 'types', (field, value) => readWord(field, value, taskTypes));
  const status = readParameter(query, 'status', (field, value) => readWord(field, value, taskStatuses));
  const priorities = readParameters(query, 'priorities', (field, value) => readWord(field, value, taskPriorities));
  const assigneeId = readParameter(query, 'assignee_user_id', readUuid);
  const createdAfter = readParameter(query, 'created_at_after', readInstant);

  const conditions: Condition[] = [];
  if (sequenceId !== undefined) conditions.push((row) => row.sequenceId === sequenceId);
  if (templateIds !== undefined) {
    conditions.push((row) => templateIds.includes(sequences.find(row.sequenceId)?.templateId ?? ''));
  }
  if (types !== undefined) conditions.push((row) => types.includes(row.type));
  if (status !== undefined) conditions.push((row) => row.status === status);
  if (priorities !== undefined) conditions.push((row) => priorities.includes(row.priority));
  if (assigneeId !== undefined) conditions.push((row) => row.assigneeId === assigneeId);
  if (createdAfter !== undefined) {
    conditions.push((row) => isAfter(row.createdAt, createdAfter, assumptions.createdAtAfter));
  }
  return conditions;
};

/** Without conditions no row is looked at, so that a page of a huge list costs no more than a page. */
const chooseRows = (rows: readonly TaskRow[], conditions: readonly Condition[]): readonly TaskRow[] =>
  conditions.length === 0 ? rows : rows.filter((row) => conditions.every((isMet) => isMet(row)));

export const listTasks: Route = {
  method: 'get',
  path: '/tasks',
  scope: 'tasks:read',
  answer: ({ workspace, query }) => {
    const sortBy =
      readParameter(query, 'sort_by', (field, value) => readWord(field, value, ['created_at', 'updated_at'])) ??
      'created_at';
    const rows = sortBy === 'created_at' ? workspace.tasks.byCreation : workspace.tasks.byUpdate;
    const listing = {
      rows: chooseRows(rows, readConditions(query, workspace)),
      keyOf: (row: TaskRow) => (sortBy === 'created_at' ? row.createdAt : row.updatedAt),
      write: (row: TaskRow) => answerTask(workspace, row),
    };
    return answerList(query, listing, workspace.assumptions.tiesAreShuffled ? workspace.random : null);
  },
};
