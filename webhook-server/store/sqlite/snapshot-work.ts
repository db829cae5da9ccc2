import type { Database } from 'better-sqlite3';
import type { OncePer } from '../../../contract/hook.ts';
import { type Change, changeOf, inBatches } from '../change.ts';
import { fanOut } from '../fan-out.ts';
import type { PageRecord, RecordOutcome, SeenTask, WorkStore } from '../work-store.ts';
import { type EventRow, readChange } from './event-row.ts';
import { readFilters } from './hook-row.ts';
import { createReadings } from './reading-row.ts';

type Owned = { organizationId: string };
type TaskKey = Owned & { taskId: string };
type SnapshotRow = { assignee_user_id: string | null; updated_at_us: number };

const prepareSnapshotStatements = (database: Database) => ({
  get: database.prepare<TaskKey, SnapshotRow>(`
    select assignee_user_id, updated_at_us from snapshot
    where organization_id = @organizationId and task_id = @taskId`),

  insert: database.prepare<TaskKey & { assigneeId: string | null; createdAtUs: number; updatedAtUs: number }>(`
    insert into snapshot (organization_id, task_id, assignee_user_id, created_at_us, updated_at_us)
    values (@organizationId, @taskId, @assigneeId, @createdAtUs, @updatedAtUs)
    on conflict do nothing`),

  countCreatedAt: database.prepare<Owned & { us: number }, { count: number }>(`
    select count(*) as count from snapshot where organization_id = @organizationId and created_at_us = @us`),

  countUpdatedAt: database.prepare<Owned & { us: number }, { count: number }>(`
    select count(*) as count from snapshot where organization_id = @organizationId and updated_at_us = @us`),

  // The compare-and-swap from which an event is born.
  swap: database.prepare<TaskKey & { assigneeId: string | null; previousId: string | null; updatedAtUs: number }>(`
    update snapshot set assignee_user_id = @assigneeId, updated_at_us = @updatedAtUs
    where organization_id = @organizationId and task_id = @taskId
      and assignee_user_id is @previousId and updated_at_us <= @updatedAtUs`),
});

const prepareEventStatements = (database: Database) => ({
  insert: database.prepare<Record<string, string | number | null>>(`
    insert into event (id, organization_id, task_id, kind, source, previous_assignee_id, new_assignee_id, task_type,
                       priority, task, occurred_at_us, detected_at_ms)
    values (@id, @organizationId, @taskId, @kind, @source, @previousAssigneeId, @newAssigneeId, @taskType,
            @priority, @task, @occurredAtUs, @detectedAtMs)
    on conflict (id) do nothing`),

  unpublished: database.prepare<Owned, EventRow>(`
    select seq, id, kind, source, previous_assignee_id, new_assignee_id, task, occurred_at_us, detected_at_ms
    from event
    where organization_id = @organizationId and batch_id is null
    order by seq`),

  publish: database.prepare<{ id: string; batchId: string; batchSize: number }>(`
    update event set batch_id = @batchId, batch_size = @batchSize where id = @id`),
});

const prepareDeliveryStatements = (database: Database) => ({
  listeners: database.prepare<Owned, { id: string; filters: string; once_per: OncePer }>(`
    select id, filters, once_per from hook
    where organization_id = @organizationId and ended_at_ms is null
    order by created_at_ms, id`),

  insert: database.prepare<Record<string, string | number>>(`
    insert into delivery (id, organization_id, hook_id, event_id, order_key, body, created_at_ms)
    values (@id, @organizationId, @hookId, @eventId, @orderKey, @body, @nowMs)
    on conflict (id) do nothing`),
});

const prepareWorkspaceStatements = (database: Database) => ({
  renewLease: database.prepare<Owned & { lease: string; leaseUntilMs: number }>(`
    update workspace set lease_until_ms = @leaseUntilMs
    where organization_id = @organizationId and lease = @lease`),

  noteActivity: database.prepare<Owned & { nowMs: number }>(`
    update workspace set active_at_ms = @nowMs where organization_id = @organizationId`),

  endBaseline: database.prepare<Owned & { nowMs: number }>(`
    update workspace
    set is_baselined = 1, listening_since_ms = iif(is_silent, null, coalesce(listening_since_ms, @nowMs))
    where organization_id = @organizationId`),

  endWalk: database.prepare<Owned & { nowMs: number; wasSilent: number }>(`
    update workspace
    set is_silent = iif(@wasSilent, 0, is_silent),
        listening_since_ms = coalesce(listening_since_ms, iif(@wasSilent or not is_silent, @nowMs, null))
    where organization_id = @organizationId`),

  moveWatermark: database.prepare<Owned & { us: number; movedAtMs: number; isSettled: number }>(`
    update workspace set watermark_us = @us, watermark_moved_at_ms = @movedAtMs, is_settled = @isSettled
    where organization_id = @organizationId`),
});

/** The snapshot of who has which task, and the events and deliveries that are born from comparing with it. */
export const createSnapshotWork = (
  database: Database,
  clock: () => number,
  onDeliveryWork: () => void,
): Pick<WorkStore, 'isKnown' | 'countTasksAt' | 'recordPage'> => {
  const snapshot = prepareSnapshotStatements(database);
  const events = prepareEventStatements(database);
  const deliveries = prepareDeliveryStatements(database);
  const workspace = prepareWorkspaceStatements(database);
  const readings = createReadings(database);

  const isSame = (organizationId: string, { task, assigneeId, updatedAtUs }: SeenTask): boolean => {
    const stored = snapshot.get.get({ organizationId, taskId: task.id });
    return stored !== undefined && stored.assignee_user_id === assigneeId && stored.updated_at_us >= updatedAtUs;
  };

  /** The change that this row tells, or null when the snapshot knows it, knows better, or meets the task for the first time. */
  const compare = (organizationId: string, row: SeenTask, nowMs: number): Change | null => {
    const { assigneeId, createdAtUs, updatedAtUs } = row;
    const taskId = row.task.id;
    const stored = snapshot.get.get({ organizationId, taskId });
    if (stored === undefined) {
      snapshot.insert.run({ organizationId, taskId, assigneeId, createdAtUs, updatedAtUs });
      return null;
    }
    const previousId = stored.assignee_user_id;
    if (previousId === assigneeId && stored.updated_at_us === updatedAtUs) return null;
    const { changes } = snapshot.swap.run({ organizationId, taskId, assigneeId, previousId, updatedAtUs });
    if (changes === 0 || previousId === assigneeId) return null;
    return changeOf(organizationId, row, previousId, nowMs);
  };

  const insertEvent = (organizationId: string, change: Change): number => {
    const { id, kind, source, previousAssigneeId, newAssigneeId, task, occurredAtUs, detectedAtMs } = change;
    return events.insert.run({
      id,
      organizationId,
      taskId: task.id,
      kind,
      source,
      previousAssigneeId,
      newAssigneeId,
      taskType: task.type ?? null,
      priority: task.priority ?? null,
      task: JSON.stringify(task),
      occurredAtUs,
      detectedAtMs,
    }).changes;
  };

  /** A first reading must not overwrite what it has read: a task that changes meanwhile is the first walk's to tell. */
  const recordBaseline = ({ organizationId, rows }: PageRecord): void => {
    for (const { task, assigneeId, createdAtUs, updatedAtUs } of rows) {
      snapshot.insert.run({ organizationId, taskId: task.id, assigneeId, createdAtUs, updatedAtUs });
    }
  };

  const recordWalk = ({ organizationId, rows, reading }: PageRecord, nowMs: number): number => {
    let changes = 0;
    for (const row of rows) {
      const change = compare(organizationId, row, nowMs);
      if (change !== null && !reading.isSilent) changes += insertEvent(organizationId, change);
    }
    if (changes > 0) workspace.noteActivity.run({ organizationId, nowMs });
    return changes;
  };

  const publish = (organizationId: string, readingId: string, nowMs: number): number => {
    const changes = inBatches(events.unpublished.all({ organizationId }).map(readChange), readingId);
    for (const { id, batchId, batchSize } of changes) events.publish.run({ id, batchId, batchSize });
    const listeners = deliveries.listeners
      .all({ organizationId })
      .map(({ id, filters, once_per }) => ({ id, filters: readFilters(filters), oncePer: once_per }));
    const added = fanOut(changes, listeners);
    for (const delivery of added) deliveries.insert.run({ organizationId, ...delivery, nowMs });
    return added.length;
  };

  const endReading = ({ organizationId, reading, end }: PageRecord, nowMs: number): number => {
    if (end === null) {
      readings.remember(organizationId, reading);
      return 0;
    }
    readings.forget(organizationId);
    if (reading.kind === 'baseline') workspace.endBaseline.run({ organizationId, nowMs });
    else workspace.endWalk.run({ organizationId, nowMs, wasSilent: Number(reading.isSilent) });
    if (end.watermark !== null) {
      const { us, movedAtMs, isSettled } = end.watermark;
      workspace.moveWatermark.run({ organizationId, us, movedAtMs, isSettled: Number(isSettled) });
    }
    return publish(organizationId, reading.id, nowMs);
  };

  const record = database.transaction((page: PageRecord, leaseMs: number): RecordOutcome & { deliveries: number } => {
    const nowMs = clock();
    const { organizationId, lease } = page;
    const isOurs = workspace.renewLease.run({ organizationId, lease, leaseUntilMs: nowMs + leaseMs }).changes === 1;
    if (!isOurs) return { kind: 'lease lost', deliveries: 0 };
    let changes = 0;
    if (page.reading.kind === 'baseline') recordBaseline(page);
    else changes = recordWalk(page, nowMs);
    return { kind: 'recorded', changes, deliveries: endReading(page, nowMs) };
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
      const { deliveries: added, ...outcome } = record.immediate(page, leaseMs);
      if (added > 0) onDeliveryWork();
      return outcome;
    },
  };
};
