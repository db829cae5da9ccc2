import { EventTask, Kind, Source } from '../../../contract/event.ts';
import type { BatchedChange, Change } from '../change.ts';

/** A row of `event`. The batch is null until the reading that found the change has ended. */
export type EventRow = {
  seq: number;
  id: string;
  kind: string;
  source: string;
  previous_assignee_id: string | null;
  new_assignee_id: string | null;
  task: string;
  occurred_at_us: number;
  detected_at_ms: number;
};

export type PublishedEventRow = EventRow & { batch_id: string; batch_size: number };

export const readChange = (row: EventRow): Change => ({
  id: row.id,
  kind: Kind.parse(row.kind),
  source: Source.parse(row.source),
  previousAssigneeId: row.previous_assignee_id,
  newAssigneeId: row.new_assignee_id,
  task: EventTask.parse(JSON.parse(row.task)),
  occurredAtUs: row.occurred_at_us,
  detectedAtMs: row.detected_at_ms,
});

export const readPublishedChange = (row: PublishedEventRow): BatchedChange => ({
  ...readChange(row),
  batchId: row.batch_id,
  batchSize: row.batch_size,
});
