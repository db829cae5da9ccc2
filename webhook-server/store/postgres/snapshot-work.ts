import { type Change, changeOf } from '../change.ts';
import type { PageRecord, RecordOutcome, SeenTask, WorkStore } from '../work-store.ts';
import type { Database, Run, Transaction } from './database.ts';
import { publish } from './publish.ts';
import { forgetReading, rememberReading } from './reading-row.ts';
import { jsonOf } from './requests.ts';
import { sql } from './sql.ts';

type SnapshotRow = { task_id: string; assignee_user_id: string | null; updated_at_us: number };

/** A row whose task is with somebody else than the snapshot says, or was changed since. */
type Differing = SeenTask & { previousId: string | null };

const readSnapshot = async (run: Run, organizationId: string, rows: readonly SeenTask[]) => {
  const stored = await run.rows<SnapshotRow>(sql`
    select task_id, assignee_user_id, updated_at_us from snapshot
    where organization_id = ${organizationId} and task_id = any (${rows.map(({ task }) => task.id)}::text[])`);
  return new Map(stored.map((row) => [row.task_id, row]));
};

const insertTasks = async (run: Run, organizationId: string, rows: readonly SeenTask[]): Promise<void> => {
  if (rows.length === 0) return;
  await run.change(sql`
    insert into snapshot (organization_id, task_id, sequence_id, assignee_user_id, created_at_us, updated_at_us)
    select ${organizationId}, seen.*
    from unnest(${rows.map(({ task }) => task.id)}::text[], ${rows.map(({ task }) => task.sequence_id)}::text[],
                ${rows.map(({ assigneeId }) => assigneeId)}::text[],
                ${rows.map(({ createdAtUs }) => createdAtUs)}::bigint[],
                ${rows.map(({ updatedAtUs }) => updatedAtUs)}::bigint[]) as seen
    on conflict do nothing`);
};

/** The compare-and-swap from which an event is born. Answers the tasks that it moved on. */
const swapTasks = async (run: Run, organizationId: string, rows: readonly Differing[]): Promise<Set<string>> => {
  if (rows.length === 0) return new Set();
  const swapped = await run.rows<{ task_id: string }>(sql`
    update snapshot set assignee_user_id = seen.assignee_id, updated_at_us = seen.updated_at_us
    from unnest(${rows.map(({ task }) => task.id)}::text[], ${rows.map(({ assigneeId }) => assigneeId)}::text[],
                ${rows.map(({ previousId }) => previousId)}::text[],
                ${rows.map(({ updatedAtUs }) => updatedAtUs)}::bigint[])
      as seen (task_id, assignee_id, previous_id, updated_at_us)
    where snapshot.organization_id = ${organizationId} and snapshot.task_id = seen.task_id
      and snapshot.assignee_user_id is not distinct from seen.previous_id
      and snapshot.updated_at_us <= seen.updated_at_us
    returning snapshot.task_id`);
  return new Set(swapped.map(({ task_id }) => task_id));
};

/** A page that shows a task twice is compared in two goes, as if it were two pages. */
const withoutRepeats = (rows: readonly SeenTask[]): SeenTask[][] => {
  const goes: Map<string, SeenTask>[] = [];
  for (const row of rows) {
    const go = goes.at(-1);
    if (go === undefined || go.has(row.task.id)) goes.push(new Map([[row.task.id, row]]));
    else go.set(row.task.id, row);
  }
  return goes.map((go) => [...go.values()]);
};

/**
 * Brings the snapshot up to these rows, each of another task. Answers the changes that they tell: none where the snapshot
 * knows it, knows better, or meets the task for the first time.
 */
const compare = async (
  run: Transaction,
  { organizationId, reading }: PageRecord,
  rows: readonly SeenTask[],
): Promise<Change[]> => {
  const stored = await readSnapshot(run, organizationId, rows);
  await insertTasks(
    run,
    organizationId,
    rows.filter(({ task }) => !stored.has(task.id)),
  );
  const differing = rows.flatMap((row): Differing[] => {
    const known = stored.get(row.task.id);
    if (known === undefined) return [];
    const previousId = known.assignee_user_id;
    return previousId === row.assigneeId && known.updated_at_us === row.updatedAtUs ? [] : [{ ...row, previousId }];
  });
  const swapped = await swapTasks(run, organizationId, differing);
  // A sweep takes long and tells page by page: each page is a batch of its own.
  const readingId = reading.kind === 'sweep' ? `${reading.id}/${reading.rowsRead}` : reading.id;
  return differing
    .filter(({ task, assigneeId, previousId }) => swapped.has(task.id) && assigneeId !== previousId)
    .map((row) => changeOf({ organizationId, readingId, nowMs: run.nowMs }, row, row.previousId));
};

const insertEvents = async (run: Run, organizationId: string, changes: readonly Change[]): Promise<number> => {
  if (changes.length === 0) return 0;
  return run.change(sql`
    insert into event (organization_id, id, reading_id, task_id, sequence_id, kind, previous_assignee_id,
                       new_assignee_id, task_type, priority, task, occurred_at_us, detected_at_ms)
    select ${organizationId}, id, reading_id, task_id, sequence_id, kind, previous_assignee_id,
           new_assignee_id, task_type, priority, task, occurred_at_us, detected_at_ms
    from unnest(${changes.map(({ id }) => id)}::text[], ${changes.map(({ readingId }) => readingId)}::text[],
                ${changes.map(({ task }) => task.id)}::text[], ${changes.map(({ task }) => task.sequence_id)}::text[],
                ${changes.map(({ kind }) => kind)}::text[],
                ${changes.map(({ previousAssigneeId }) => previousAssigneeId)}::text[],
                ${changes.map(({ newAssigneeId }) => newAssigneeId)}::text[],
                ${changes.map(({ task }) => task.type ?? null)}::text[],
                ${changes.map(({ task }) => task.priority ?? null)}::text[],
                ${changes.map(({ task }) => JSON.stringify(task))}::text[],
                ${changes.map(({ occurredAtUs }) => occurredAtUs)}::bigint[],
                ${changes.map(({ detectedAtMs }) => detectedAtMs)}::bigint[])
      with ordinality
      as found (id, reading_id, task_id, sequence_id, kind, previous_assignee_id, new_assignee_id, task_type, priority,
                task, occurred_at_us, detected_at_ms, position)
    order by position
    on conflict (id) do nothing`);
};

const meetPeople = async (run: Run, { organizationId, rows }: PageRecord): Promise<void> => {
  const userIds = [...new Set(rows.flatMap(({ assigneeId }) => assigneeId?.toLowerCase() ?? []))];
  if (userIds.length === 0) return;
  await run.change(sql`
    insert into person (organization_id, user_id)
    select ${organizationId}, user_id from unnest(${userIds.toSorted()}::text[]) as seen (user_id)
    on conflict do nothing`);
};

const compareRows = async (run: Transaction, page: PageRecord): Promise<number> => {
  const { organizationId, reading } = page;
  let found = 0;
  for (const rows of withoutRepeats(page.rows)) {
    const changes = await compare(run, page, rows);
    if (!reading.isSilent) found += await insertEvents(run, organizationId, changes);
  }
  if (found > 0) {
    await run.change(sql`
      update workspace set active_at_ms = ${run.nowMs} where organization_id = ${organizationId}`);
  }
  return found;
};

const endBaseline = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`
    update workspace
    set is_baselined = true, swept_at_ms = ${run.nowMs},
        listening_since_ms = case when is_silent then null else coalesce(listening_since_ms, ${run.nowMs}) end
    where organization_id = ${organizationId}`);

const endWalk = (run: Transaction, organizationId: string, wasSilent: boolean): Promise<number> =>
  run.change(sql`
    update workspace
    set is_silent = is_silent and not ${wasSilent},
        listening_since_ms = coalesce(
          listening_since_ms, case when ${wasSilent} or not is_silent then ${run.nowMs}::bigint end)
    where organization_id = ${organizationId}`);

const endSweep = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`update workspace set swept_at_ms = ${run.nowMs} where organization_id = ${organizationId}`);

const endReading = async (
  run: Transaction,
  { organizationId, reading, end }: PageRecord & { end: NonNullable<PageRecord['end']> },
): Promise<void> => {
  await forgetReading(run, organizationId, reading.kind);
  if (reading.kind === 'sweep') {
    await endSweep(run, organizationId);
    return;
  }
  if (reading.kind === 'baseline') await endBaseline(run, organizationId);
  else await endWalk(run, organizationId, reading.isSilent);
  if (end.watermark === null) return;
  const { us, movedAtMs, isSettled } = end.watermark;
  await run.change(sql`
    update workspace set watermark_us = ${us}, watermark_moved_at_ms = ${movedAtMs}, is_settled = ${isSettled}
    where organization_id = ${organizationId}`);
};

/** A change may become visible this long after it was made. */
const visibleWithinMs = 60_000;

/** What a walk finds is told together, when it ends; what a sweep finds is told with each page. */
const tell = async (run: Transaction, { organizationId, reading, end }: PageRecord): Promise<void> => {
  if (reading.kind === 'baseline' || (reading.kind === 'walk' && end === null)) return;
  if ((await publish(run, organizationId)) > 0) run.announce('deliver');
  if (reading.kind !== 'walk') return;
  // What an intent could have done before this walk began has been seen by now, late changes included.
  await run.change(sql`
    update intent set closed_at_ms = ${run.nowMs}
    where organization_id = ${organizationId} and closed_at_ms is null
      and settled_at_ms < ${reading.startedAtMs - visibleWithinMs}`);
};

const record = async (run: Transaction, page: PageRecord, leaseMs: number): Promise<RecordOutcome> => {
  const { organizationId, lease, reading, rows, end, requestedAtMs } = page;
  // From here on the workspace is locked.
  const held = await run.change(sql`
    update workspace
    set lease_until_ms = ${run.nowMs + leaseMs},
        requested_at_ms = coalesce(${jsonOf(requestedAtMs)}::jsonb, requested_at_ms)
    where organization_id = ${organizationId} and lease = ${lease}`);
  if (held === 0) return { kind: 'lease lost' };

  await meetPeople(run, page);
  let changes = 0;
  // A baseline must not overwrite what it has read: a task that changes meanwhile is the first walk's to tell.
  if (reading.kind === 'baseline') await insertTasks(run, organizationId, rows);
  else changes = await compareRows(run, page);
  if (end === null) await rememberReading(run, organizationId, reading);
  else await endReading(run, { ...page, end });
  await tell(run, page);
  return { kind: 'recorded', changes };
};

/** The snapshot of who has which task, and the events and deliveries that are born from comparing with it. */
export const createSnapshotWork = (database: Database): Pick<WorkStore, 'isKnown' | 'countTasksAt' | 'recordPage'> => ({
  async isKnown(organizationId, rows) {
    const stored = await readSnapshot(database, organizationId, rows);
    return rows.every(({ task, assigneeId, updatedAtUs }) => {
      const known = stored.get(task.id);
      return known !== undefined && known.assignee_user_id === assigneeId && known.updated_at_us >= updatedAtUs;
    });
  },

  async countTasksAt(organizationId, which, us) {
    const counted = await database.first<{ count: number }>(
      which === 'created'
        ? sql`select count(*) from snapshot where organization_id = ${organizationId} and created_at_us = ${us}`
        : sql`select count(*) from snapshot where organization_id = ${organizationId} and updated_at_us = ${us}`,
    );
    return counted?.count ?? 0;
  },

  recordPage: (page, { leaseMs }) => database.transaction((run) => record(run, page, leaseMs)),
});
