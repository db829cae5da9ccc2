import type { Cursor, Reading } from '../work-store.ts';

export type ReadingRow = {
  organization_id: string;
  kind: Reading['kind'];
  id: string;
  is_silent: number | boolean;
  started_at_ms: number;
  top_us: number | null;
  floor_us: number | null;
  rows_read: number;
  total_rows: number;
  /** JSON of a `Cursor`, as `rememberReading` wrote it. */
  cursor: string | null;
};

const readCursor = (json: string | null): Cursor | null => (json === null ? null : JSON.parse(json));

export const readReading = (row: ReadingRow): Reading => ({
  id: row.id,
  kind: row.kind,
  isSilent: Boolean(row.is_silent),
  startedAtMs: row.started_at_ms,
  topUs: row.top_us,
  floorUs: row.floor_us,
  rowsRead: row.rows_read,
  totalRows: row.total_rows,
  cursor: readCursor(row.cursor),
});
