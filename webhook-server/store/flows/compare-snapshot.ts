import { textIn } from '../../../contract/text-in.ts';
import { type Change, changeOf } from '../changes/change.ts';
import { firstTransitions, type TaskState, transitionsBetween } from '../changes/transitions.ts';
import type { Run, Transaction } from '../database.ts';
import { allOf, oneOf, type Statement, sql, tableOf } from '../sql.ts';
import type { PageRecord, SeenTask } from '../work-store.ts';

type SnapshotRow = {
  task_id: string;
  assignee_user_id: string | null;
  updated_at_us: number;
  is_open: number | boolean | null;
};

/** How rows are written: as met by the reading with this number; tasks closed before `closedSinceUs` lose their fields. */
export type Marks = { reading: number; closedSinceUs: number };

/** Tasks that were created after this are new to whoever listens; null while nobody does. */
export type ToldFrom = { toldFromUs: number | null };

/** A row whose task is with somebody else than the snapshot says, or was changed since. */
type Differing = SeenTask & { previousId: string | null; before: TaskState };

const readSnapshot = async (run: Run, organizationId: string, rows: readonly SeenTask[]) => {
  const stored = await run.rows<SnapshotRow>(sql`
    select task_id, assignee_user_id, updated_at_us, is_open from snapshot
    where organization_id = ${organizationId} and task_id ${oneOf(rows.map(({ task }) => task.id))}`);
  return new Map(stored.map((row) => [row.task_id, row]));
};

const stateIn = ({ assignee_user_id, is_open }: SnapshotRow): TaskState => ({
  assigneeId: assignee_user_id,
  isOpen: is_open === null ? null : Boolean(is_open),
});

/** A row of an earlier version does not say whether its task is open. */
const isSameState = (known: SnapshotRow, row: SeenTask): boolean =>
  known.assignee_user_id === row.assigneeId && (known.is_open === null || Boolean(known.is_open) === row.isOpen);

/** Whether every row is in the snapshot exactly as it was seen, so that a page holds no news. */
export const isKnown = async (run: Run, organizationId: string, rows: readonly SeenTask[]): Promise<boolean> => {
  const stored = await readSnapshot(run, organizationId, rows);
  return rows.every((row) => {
    const known = stored.get(row.task.id);
    if (known === undefined || known.is_open === null || known.assignee_user_id !== row.assigneeId) return false;
    return (
      known.updated_at_us > row.updatedAtUs || (known.updated_at_us === row.updatedAtUs && isSameState(known, row))
    );
  });
};

/** How many tasks of the snapshot were created, or last changed, at exactly this moment. */
export const countTasksAt = async (
  run: Run,
  organizationId: string,
  which: 'created' | 'updated',
  us: number,
): Promise<number> => {
  const moment = which === 'created' ? sql`created_at_us` : sql`updated_at_us`;
  const counted = await run.first<{ count: number }>(sql`
    select count(*) as count from snapshot where organization_id = ${organizationId} and ${moment} = ${us}`);
  return counted?.count ?? 0;
};

/** Whose task was not known when it was announced: its sequence run is known from now on. */
const placeIntents = async (run: Run, organizationId: string, rows: readonly SeenTask[]): Promise<void> => {
  const inRuns = rows.filter(({ task }) => task.sequence_id !== null);
  if (inRuns.length === 0) return;
  await run.change(sql`
    update intent set sequence_id = seen.run_id
    from ${tableOf('seen', inRuns, {
      // Makes SQLite begin with the tasks, not with all intents.
      seen_in: ['text', () => organizationId],
      seen_id: ['text', ({ task }) => task.id.toLowerCase()],
      run_id: ['text', ({ task }) => task.sequence_id],
    })}
    where intent.organization_id = seen_in and intent.task_id = seen_id and sequence_id is null and closed_at_ms is null`);
};

/** What is kept of a task: all its fields, or nothing of one that has been closed for long. */
const keptOf = ({ task, isOpen, updatedAtUs }: SeenTask, { closedSinceUs }: Marks): string | null =>
  isOpen || updatedAtUs >= closedSinceUs ? JSON.stringify(task) : null;

/** The columns that hold a task's own fields. */
const fieldColumns = (marks: Marks) =>
  ({
    kept: ['text', (row: SeenTask) => keptOf(row, marks)],
    type_mark: ['text', ({ task }: SeenTask) => task.type ?? null],
    priority_mark: ['text', ({ task }: SeenTask) => task.priority ?? null],
    status_mark: ['text', ({ task }: SeenTask) => textIn(task['status'])],
    open_mark: ['bigint', ({ isOpen }: SeenTask) => Number(isOpen)],
  }) as const;

/** Adds the tasks that are not there yet. Others stay as they are, unless `replaced` says which. */
const writeTasks = async (
  run: Run,
  organizationId: string,
  rows: readonly SeenTask[],
  marks: Marks,
  replaced: Statement,
): Promise<void> => {
  if (rows.length === 0) return;
  await run.change(sql`
    insert into snapshot
      (organization_id, task_id, sequence_id, assignee_user_id, created_at_us, updated_at_us, task, task_type,
       priority, status, is_open, reading)
    select ${organizationId}, task_id, sequence_id, assignee_id, created_at_us, updated_at_us, kept, type_mark,
           priority_mark, status_mark, open_mark = 1,
           cast(${marks.reading} as integer)
    from ${tableOf('seen', rows, {
      task_id: ['text', ({ task }) => task.id],
      sequence_id: ['text', ({ task }) => task.sequence_id],
      assignee_id: ['text', ({ assigneeId }) => assigneeId],
      created_at_us: ['bigint', ({ createdAtUs }) => createdAtUs],
      updated_at_us: ['bigint', ({ updatedAtUs }) => updatedAtUs],
      ...fieldColumns(marks),
    })}
    where true
    on conflict ${replaced}`);
  await placeIntents(run, organizationId, rows);
};

/** Adds the tasks that are not there yet, and leaves the others as they are. */
export const insertTasks = (run: Run, organizationId: string, rows: readonly SeenTask[], marks: Marks): Promise<void> =>
  writeTasks(run, organizationId, rows, marks, sql`do nothing`);

/** The same for a first reading, which also replaces what is left of a time before it. */
export const beginTasks = (run: Run, organizationId: string, rows: readonly SeenTask[], marks: Marks): Promise<void> =>
  writeTasks(
    run,
    organizationId,
    // A page may show a task twice.
    [...new Map(rows.toReversed().map((row) => [row.task.id, row])).values()],
    marks,
    sql`
      (organization_id, task_id) do update
      set sequence_id = excluded.sequence_id, assignee_user_id = excluded.assignee_user_id,
          created_at_us = excluded.created_at_us, updated_at_us = excluded.updated_at_us, task = excluded.task,
          task_type = excluded.task_type, priority = excluded.priority, status = excluded.status,
          is_open = excluded.is_open, reading = excluded.reading
      where snapshot.reading < excluded.reading`,
  );

/** The compare-and-swap from which an event is born. Returns the ids of the tasks that it moved on. */
const swapTasks = async (
  run: Run,
  organizationId: string,
  rows: readonly Differing[],
  marks: Marks,
): Promise<Set<string>> => {
  if (rows.length === 0) return new Set();
  const swapped = await run.rows<{ task_id: string }>(sql`
    update snapshot
    set assignee_user_id = assignee_id, updated_at_us = seen_at_us, task = kept, task_type = type_mark, priority = priority_mark, status = status_mark, is_open = (open_mark = 1),
        reading = cast(${marks.reading} as integer)
    from ${tableOf('seen', rows, {
      // Makes SQLite begin with the page, not with all tasks of the workspace.
      seen_in: ['text', () => organizationId],
      seen_id: ['text', ({ task }) => task.id],
      assignee_id: ['text', ({ assigneeId }) => assigneeId],
      previous_id: ['text', ({ previousId }) => previousId],
      seen_at_us: ['bigint', ({ updatedAtUs }) => updatedAtUs],
      ...fieldColumns(marks),
    })}
    where organization_id = seen_in and task_id = seen_id
      and assignee_user_id is not distinct from previous_id and updated_at_us <= seen_at_us
    returning task_id`);
  return new Set(swapped.map(({ task_id }) => task_id));
};

/** Keeps the fields of tasks whose assignee and last change were known already. */
const refreshTasks = async (
  run: Run,
  organizationId: string,
  rows: readonly SeenTask[],
  marks: Marks,
): Promise<void> => {
  if (rows.length === 0) return;
  await run.change(sql`
    update snapshot
    set task = kept, task_type = type_mark, priority = priority_mark, status = status_mark, is_open = (open_mark = 1), reading = cast(${marks.reading} as integer)
    from ${tableOf('seen', rows, {
      seen_in: ['text', () => organizationId],
      seen_id: ['text', ({ task }) => task.id],
      seen_at_us: ['bigint', ({ updatedAtUs }) => updatedAtUs],
      ...fieldColumns(marks),
    })}
    where organization_id = seen_in and task_id = seen_id and updated_at_us <= seen_at_us`);
};

/** Notes that a reading of all tasks has met these, whatever it saw of them. */
export const markMet = async (
  run: Run,
  organizationId: string,
  taskIds: readonly string[],
  { reading }: Marks,
): Promise<void> => {
  if (taskIds.length === 0) return;
  await run.change(sql`
    update snapshot set reading = ${reading}
    where organization_id = ${organizationId} and task_id ${oneOf(taskIds)} and reading < ${reading}`);
};

/**
 * Removes the tasks that a reading has passed without meeting them: Topo has them no more. `fromUs` belongs to what it
 * has passed, `untilUs` does not; null where there is no bound.
 */
export const removeUnmet = async (
  run: Run,
  organizationId: string,
  { fromUs, untilUs }: { fromUs: number | null; untilUs: number | null },
  { reading }: Marks,
): Promise<void> => {
  const conditions = [
    sql`organization_id = ${organizationId}`,
    sql`reading < ${reading}`,
    ...(fromUs === null ? [] : [sql`created_at_us >= ${fromUs}`]),
    ...(untilUs === null ? [] : [sql`created_at_us < ${untilUs}`]),
  ];
  await run.change(sql`delete from snapshot where ${allOf(conditions)}`);
};

/** A page that shows a task twice is compared in two goes, as if it were two pages. */
const splitRepeats = (rows: readonly SeenTask[]): SeenTask[][] => {
  const rounds: Map<string, SeenTask>[] = [];
  for (const row of rows) {
    const go = rounds.at(-1);
    if (go === undefined || go.has(row.task.id)) rounds.push(new Map([[row.task.id, row]]));
    else go.set(row.task.id, row);
  }
  return rounds.map((go) => [...go.values()]);
};

/** The rows that the snapshot did not know as they are, and the changes that they tell. */
export type Compared = { news: readonly SeenTask[]; changes: readonly Change[] };

const compareOnce = async (
  run: Transaction,
  { organizationId, scan }: PageRecord,
  rows: readonly SeenTask[],
  { toldFromUs, ...marks }: Marks & ToldFrom,
): Promise<Compared> => {
  const stored = await readSnapshot(run, organizationId, rows);
  const met = rows.filter(({ task }) => !stored.has(task.id));
  await insertTasks(run, organizationId, met, marks);
  const differing = rows.flatMap((row): Differing[] => {
    const known = stored.get(row.task.id);
    if (known === undefined) return [];
    const isSame = known.updated_at_us === row.updatedAtUs && isSameState(known, row);
    return isSame ? [] : [{ ...row, previousId: known.assignee_user_id, before: stateIn(known) }];
  });
  const swapped = await swapTasks(run, organizationId, differing, marks);
  const isReconciliation = scan.kind === 'reconciliation';
  const same = rows.filter(({ task }) => {
    const known = stored.get(task.id);
    return known !== undefined && !swapped.has(task.id) && (isReconciliation || known.is_open === null);
  });
  await refreshTasks(run, organizationId, same, marks);
  // A reconciliation takes long and is published page by page: each page is a batch of its own.
  const scanId = isReconciliation ? `${scan.id}/${scan.rowsRead}` : scan.id;
  const found = { organizationId, scanId, nowMs: run.nowMs };
  const isNew = ({ createdAtUs }: SeenTask): boolean => toldFromUs !== null && createdAtUs > toldFromUs;
  const changes = [
    ...met.filter(isNew).flatMap((row) => firstTransitions(row).map((transition) => changeOf(found, row, transition))),
    ...differing
      .filter(({ task }) => swapped.has(task.id))
      .flatMap((row) => transitionsBetween(row.before, row).map((transition) => changeOf(found, row, transition))),
  ];
  return { news: [...met, ...differing], changes };
};

/**
 * Brings the snapshot up to the rows of a page. They tell no change where the snapshot knows it, knows better, or meets an
 * old task for the first time.
 */
export const compareWithSnapshot = async (
  run: Transaction,
  page: PageRecord,
  marks: Marks & ToldFrom,
): Promise<Compared> => {
  const rounds: Compared[] = [];
  for (const rows of splitRepeats(page.rows)) rounds.push(await compareOnce(run, page, rows, marks));
  return { news: rounds.flatMap(({ news }) => news), changes: rounds.flatMap(({ changes }) => changes) };
};
