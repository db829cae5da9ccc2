import { EventKind, EventTask, EventType } from '../../../contract/event.ts';
import type { Change } from '../changes/change.ts';

/** A row of `event` that is not published yet, with the columns that `readChange` needs. */
export type EventRow = {
  id: string;
  type: string;
  reading_id: string;
  kind: string;
  previous_assignee_id: string | null;
  new_assignee_id: string | null;
  task: string;
  occurred_at_us: number;
  detected_at_ms: number;
  newest_hook: number | null;
};

export const readChange = (row: EventRow): Change => ({
  id: row.id,
  type: EventType.parse(row.type),
  scanId: row.reading_id,
  kind: EventKind.parse(row.kind),
  previousAssigneeId: row.previous_assignee_id,
  newAssigneeId: row.new_assignee_id,
  task: EventTask.parse(JSON.parse(row.task)),
  occurredAtUs: row.occurred_at_us,
  detectedAtMs: row.detected_at_ms,
  ...(row.newest_hook === null ? {} : { newestHook: Number(row.newest_hook) }),
});
