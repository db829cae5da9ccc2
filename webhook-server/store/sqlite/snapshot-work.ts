import type { Database } from 'better-sqlite3';
import { type Change, changeOf } from '../change.ts';
import type { PageRecord, RecordOutcome, SeenTask, WorkStore } from '../work-store.ts';
import { createPublish } from './publish.ts';
import { createReadings } from './reading-row.ts';
import { jsonOf } from './requests.ts';

type Owned = { organizationId: string };
type TaskKey = Owned & { taskId: string };
type SnapshotRow = { assignee_user_id: string | null; updated_at_us: number };

const prepareSnapshotStatements = (database: Database) => ({
  get: database.prepare<TaskKey, SnapshotRow>(`
    select assignee_user_id, updated_at_us from snapshot
    where organization_id = @organizationId and task_id = @taskId`),

  insert: database.prepare<Record<string, string | number | null>>(`
    insert into snapshot (organization_id, task_id, sequence_id, assignee_user_id, created_at_us, updated_at_us)
    values (@organizationId, @taskId, @sequenceId, @assigneeId, @createdAtUs, @updatedAtUs)
    on conflict do nothing`),

  // The compare-and-swap from which an event is born.
  swap: database.prepare<TaskKey & { assigneeId: string | null; previousId: string | null; updatedAtUs: number }>(`
    update snapshot set assignee_user_id = @assigneeId, updated_at_us = @updatedAtUs
    where organization_id = @organizationId and task_id = @taskId
      and assignee_user_id is @previousId and updated_at_us <= @updatedAtUs`),

  countCreatedAt: database.prepare<Owned & { us: number }, { count: number }>(`
    select count(*) as count from snapshot where organization_id = @organizationId and created_at_us = @us`),

  countUpdatedAt: database.prepare<Owned & { us: number }, { count: number }>(`
    select count(*) as count from snapshot where organization_id = @organizationId and updated_at_us = @us`),

  meetPerson: database.prepare<Owned & { userId: string }>(`
    insert into person (organization_id, user_id) values (@organizationId, lower(@userId))
    on conflict do nothing`),
});

const prepareEventStatements = (database: Database) => ({
  insert: database.prepare<Record<string, string | number | null>>(`
    insert into event (id, organization_id, reading_id, task_id, kind, previous_assignee_id, new_assignee_id, task_type,
                       priority, task, occurred_at_us, detected_at_ms)
    values (@id, @organizationId, @readingId, @taskId, @kind, @previousAssigneeId, @newAssigneeId, @taskType,
            @priority, @task, @occurredAtUs, @detectedAtMs)
    on conflict (id) do nothing`),

  // What an intent could have done before this walk began has been seen by now, late changes included.
  closeIntents: database.prepare<Owned & { nowMs: number; settledBeforeMs: number }>(`
    update intent set closed_at_ms = @nowMs
    where organization_id = @organizationId and closed_at_ms is null and settled_at_ms < @settledBeforeMs`),
});

const prepareWorkspaceStatements = (database: Database) => ({
  renewLease: database.prepare<Owned & { lease: string; leaseUntilMs: number; requestedAtMs: string | null }>(`
    update workspace
    set lease_until_ms = @leaseUntilMs, requested_at_ms = coalesce(@requestedAtMs, requested_at_ms)
    where organization_id = @organizationId and lease = @lease`),

  noteActivity: database.prepare<Owned & { nowMs: number }>(`
    update workspace set active_at_ms = @nowMs where organization_id = @organizationId`),

  endBaseline: database.prepare<Owned & { nowMs: number }>(`
    update workspace
    set is_baselined = 1, swept_at_ms = @nowMs,
        listening_since_ms = iif(is_silent, null, coalesce(listening_since_ms, @nowMs))
    where organization_id = @organizationId`),

  endWalk: database.prepare<Owned & { nowMs: number; wasSilent: number }>(`
    update workspace
    set is_silent = iif(@wasSilent, 0, is_silent),
        listening_since_ms = coalesce(listening_since_ms, iif(@wasSilent or not is_silent, @nowMs, null))
    where organization_id = @organizationId`),

  endSweep: database.prepare<Owned & { nowMs: number }>(`
    update workspace set swept_at_ms = @nowMs where organization_id = @organizationId`),

  moveWatermark: database.prepare<Owned & { us: number; movedAtMs: number; isSettled: number }>(`
    update workspace set watermark_us = @us, watermark_moved_at_ms = @movedAtMs, is_settled = @isSettled
    where organization_id = @organizationId`),
});

/** A change may become visible this long after it was made. */
const visibleWithinMs = 60_000;

/** The snapshot of who has which task, and the events and deliveries that are born from comparing with it. */
export const createSnapshotWork = (
  database: Database,
  clock: () => number,
  onDeliveryWork: () => void,
): Pick<WorkStore, 'isKnown' | 'countTasksAt' | 'recordPage'> => {
  const snapshot = prepareSnapshotStatements(database);
  const events = prepareEventStatements(database);
  const workspace = prepareWorkspaceStatements(database);
  const readings = createReadings(database);
  const publish = createPublish(database);

  const isSame = (organizationId: string, { task, assigneeId, updatedAtUs }: SeenTask): boolean => {
    const stored = snapshot.get.get({ organizationId, taskId: task.id });
    return stored !== undefined && stored.assignee_user_id === assigneeId && stored.updated_at_us >= updatedAtUs;
  };

  const insertTask = (organizationId: string, { task, assigneeId, createdAtUs, updatedAtUs }: SeenTask): void => {
    snapshot.insert.run({
      organizationId,
      taskId: task.id,
      sequenceId: task.sequence_id,
      assigneeId,
      createdAtUs,
      updatedAtUs,
    });
  };

  /** The change that this row tells; null when the snapshot knows it, knows better, or meets the task for the first time. */
  const compare = ({ organizationId, reading }: PageRecord, row: SeenTask, nowMs: number): Change | null => {
    const { assigneeId, updatedAtUs } = row;
    const taskId = row.task.id;
    const stored = snapshot.get.get({ organizationId, taskId });
    if (stored === undefined) {
      insertTask(organizationId, row);
      return null;
    }
    const previousId = stored.assignee_user_id;
    if (previousId === assigneeId && stored.updated_at_us === updatedAtUs) return null;
    const { changes } = snapshot.swap.run({ organizationId, taskId, assigneeId, previousId, updatedAtUs });
    if (changes === 0 || previousId === assigneeId) return null;
    // A sweep takes long and tells page by page: each page is a batch of its own.
    const readingId = reading.kind === 'sweep' ? `${reading.id}/${reading.rowsRead}` : reading.id;
    return changeOf({ organizationId, readingId, nowMs }, row, previousId);
  };

  const insertEvent = (organizationId: string, change: Change): number => {
    const { id, readingId, kind, previousAssigneeId, newAssigneeId, task, occurredAtUs, detectedAtMs } = change;
    return events.insert.run({
      id,
      organizationId,
      readingId,
      taskId: task.id,
      kind,
      previousAssigneeId,
      newAssigneeId,
      taskType: task.type ?? null,
      priority: task.priority ?? null,
      task: JSON.stringify(task),
      occurredAtUs,
      detectedAtMs,
    }).changes;
  };

  const meetPeople = ({ organizationId, rows }: PageRecord): void => {
    const userIds = new Set(rows.flatMap(({ assigneeId }) => assigneeId ?? []));
    for (const userId of userIds) snapshot.meetPerson.run({ organizationId, userId });
  };

  const compareRows = (page: PageRecord, nowMs: number): number => {
    const { organizationId, rows, reading } = page;
    let changes = 0;
    for (const row of rows) {
      const change = compare(page, row, nowMs);
      if (change !== null && !reading.isSilent) changes += insertEvent(organizationId, change);
    }
    if (changes > 0) workspace.noteActivity.run({ organizationId, nowMs });
    return changes;
  };

  const endReading = (
    { organizationId, reading, end }: PageRecord & { end: NonNullable<PageRecord['end']> },
    nowMs: number,
  ): void => {
    readings.forget(organizationId, reading.kind);
    if (reading.kind === 'sweep') {
      workspace.endSweep.run({ organizationId, nowMs });
      return;
    }
    if (reading.kind === 'baseline') workspace.endBaseline.run({ organizationId, nowMs });
    else workspace.endWalk.run({ organizationId, nowMs, wasSilent: Number(reading.isSilent) });
    if (end.watermark !== null) {
      const { us, movedAtMs, isSettled } = end.watermark;
      workspace.moveWatermark.run({ organizationId, us, movedAtMs, isSettled: Number(isSettled) });
    }
  };

  /** What a walk finds is told together, when it ends; what a sweep finds is told with each page. */
  const tell = ({ organizationId, reading, end }: PageRecord, nowMs: number): number => {
    if (reading.kind === 'baseline' || (reading.kind === 'walk' && end === null)) return 0;
    const deliveries = publish(organizationId, nowMs);
    const settledBeforeMs = reading.startedAtMs - visibleWithinMs;
    if (reading.kind === 'walk') events.closeIntents.run({ organizationId, nowMs, settledBeforeMs });
    return deliveries;
  };

  const record = database.transaction((page: PageRecord, leaseMs: number): RecordOutcome & { deliveries: number } => {
    const nowMs = clock();
    const { organizationId, lease, reading, end } = page;
    const requestedAtMs = jsonOf(page.requestedAtMs);
    const held = workspace.renewLease.run({ organizationId, lease, leaseUntilMs: nowMs + leaseMs, requestedAtMs });
    if (held.changes === 0) return { kind: 'lease lost', deliveries: 0 };

    meetPeople(page);
    let changes = 0;
    // A baseline must not overwrite what it has read: a task that changes meanwhile is the first walk's to tell.
    if (reading.kind === 'baseline') for (const row of page.rows) insertTask(organizationId, row);
    else changes = compareRows(page, nowMs);
    if (end === null) readings.remember(organizationId, reading);
    else endReading({ ...page, end }, nowMs);
    return { kind: 'recorded', changes, deliveries: tell(page, nowMs) };
  });

  return {
    async isKnown(organizationId, rows) {
      return rows.every((row) => isSame(organizationId, row));
    },
    async countTasksAt(organizationId, which, us) {
      const count = which === 'created' ? snapshot.countCreatedAt : snapshot.countUpdatedAt;
      return count.get({ organizationId, us })?.count ?? 0;
    },
    async recordPage(page, { leaseMs }) {
      const { deliveries, ...outcome } = record.immediate(page, leaseMs);
      if (deliveries > 0) onDeliveryWork();
      return outcome;
    },
  };
};
