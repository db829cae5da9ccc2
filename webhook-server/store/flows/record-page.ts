import type { Change } from '../changes/change.ts';
import type { Run, Transaction } from '../database.ts';
import { visibleWithinMs } from '../rules.ts';
import { sql, tableOf } from '../sql.ts';
import type { PageRecord, RecordOutcome } from '../work-store.ts';
import { publish } from './publish.ts';
import { forgetReading, rememberReading } from './readings.ts';
import { compareWithSnapshot, insertTasks } from './snapshot.ts';
import { keepLease } from './workspaces.ts';

/** Everybody who has a task is in the directory, by id. */
const meetPeople = async (run: Run, { organizationId, rows }: PageRecord): Promise<void> => {
  const userIds = [...new Set(rows.flatMap(({ assigneeId }) => assigneeId?.toLowerCase() ?? []))];
  if (userIds.length === 0) return;
  await run.change(sql`
    insert into person (organization_id, user_id)
    select ${organizationId}, user_id
    from ${tableOf('seen', userIds.toSorted(), { user_id: ['text', (userId) => userId] })}
    where true
    on conflict do nothing`);
};

const insertEvents = async (run: Run, organizationId: string, changes: readonly Change[]): Promise<number> => {
  if (changes.length === 0) return 0;
  return run.change(sql`
    insert into event (organization_id, id, reading_id, task_id, sequence_id, kind, previous_assignee_id,
                       new_assignee_id, task_type, priority, task, occurred_at_us, detected_at_ms)
    select ${organizationId}, id, reading_id, task_id, sequence_id, kind, previous_assignee_id,
           new_assignee_id, task_type, priority, task, occurred_at_us, detected_at_ms
    from ${tableOf('found', changes, {
      id: ['text', ({ id }) => id],
      reading_id: ['text', ({ readingId }) => readingId],
      task_id: ['text', ({ task }) => task.id],
      sequence_id: ['text', ({ task }) => task.sequence_id],
      kind: ['text', ({ kind }) => kind],
      previous_assignee_id: ['text', ({ previousAssigneeId }) => previousAssigneeId],
      new_assignee_id: ['text', ({ newAssigneeId }) => newAssigneeId],
      task_type: ['text', ({ task }) => task.type ?? null],
      priority: ['text', ({ task }) => task.priority ?? null],
      task: ['text', ({ task }) => JSON.stringify(task)],
      occurred_at_us: ['bigint', ({ occurredAtUs }) => occurredAtUs],
      detected_at_ms: ['bigint', ({ detectedAtMs }) => detectedAtMs],
    })}
    where true
    order by position
    on conflict (id) do nothing`);
};

/** Stores what differs from the snapshot. Returns how many changes are to be told. */
const storeChanges = async (run: Transaction, page: PageRecord): Promise<number> => {
  const { organizationId, reading, rows } = page;
  // A baseline must not overwrite what it has read: a task that changes meanwhile is the first walk's to tell.
  if (reading.kind === 'baseline') {
    await insertTasks(run, organizationId, rows);
    return 0;
  }
  const changes = await compareWithSnapshot(run, page);
  const found = reading.isSilent ? 0 : await insertEvents(run, organizationId, changes);
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

const endSilentWalk = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`
    update workspace set is_silent = false, listening_since_ms = coalesce(listening_since_ms, ${run.nowMs})
    where organization_id = ${organizationId}`);

const endWalk = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`
    update workspace set listening_since_ms = ${run.nowMs}
    where organization_id = ${organizationId} and listening_since_ms is null and not is_silent`);

const endSweep = (run: Transaction, organizationId: string): Promise<number> =>
  run.change(sql`update workspace set swept_at_ms = ${run.nowMs} where organization_id = ${organizationId}`);

const endOf = { baseline: endBaseline, sweep: endSweep };

const endReading = async (
  run: Transaction,
  { organizationId, reading, end }: PageRecord & { end: NonNullable<PageRecord['end']> },
): Promise<void> => {
  await forgetReading(run, organizationId, reading.kind);
  const endKind = reading.kind === 'walk' ? (reading.isSilent ? endSilentWalk : endWalk) : endOf[reading.kind];
  await endKind(run, organizationId);
  if (reading.kind === 'sweep' || end.watermark === null) return;
  const { us, movedAtMs, isSettled } = end.watermark;
  await run.change(sql`
    update workspace set watermark_us = ${us}, watermark_moved_at_ms = ${movedAtMs}, is_settled = ${isSettled}
    where organization_id = ${organizationId}`);
};

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

/** Compares the rows of one page with the snapshot, stores what differs, and tells it when its turn has come. */
export const recordPage = async (run: Transaction, page: PageRecord, leaseMs: number): Promise<RecordOutcome> => {
  const { organizationId, reading, end } = page;
  // From here on the workspace is locked.
  if (!(await keepLease(run, page, leaseMs))) return { kind: 'lease lost' };
  await meetPeople(run, page);
  const changes = await storeChanges(run, page);
  if (end === null) await rememberReading(run, organizationId, reading);
  else await endReading(run, { ...page, end });
  await tell(run, page);
  return { kind: 'recorded', changes };
};
