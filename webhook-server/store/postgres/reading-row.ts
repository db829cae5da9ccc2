import type { Cursor, Reading } from '../work-store.ts';
import type { Run } from './database.ts';
import { sql } from './sql.ts';

export type ReadingRow = {
  kind: Reading['kind'];
  id: string;
  is_silent: boolean;
  started_at_ms: number;
  top_us: number | null;
  floor_us: number | null;
  rows_read: number;
  total_rows: number;
  /** What `rememberReading` has written. */
  cursor: Cursor | null;
};

export const readReading = (row: ReadingRow): Reading => ({
  id: row.id,
  kind: row.kind,
  isSilent: row.is_silent,
  startedAtMs: row.started_at_ms,
  topUs: row.top_us,
  floorUs: row.floor_us,
  rowsRead: row.rows_read,
  totalRows: row.total_rows,
  cursor: row.cursor,
});

/** Keeps where a reading goes on: one of each kind a workspace at most. */
export const rememberReading = async (run: Run, organizationId: string, reading: Reading): Promise<void> => {
  const { kind, id, isSilent, startedAtMs, topUs, floorUs, rowsRead, totalRows } = reading;
  const cursor = reading.cursor === null ? null : JSON.stringify(reading.cursor);
  await run.change(sql`
    insert into reading
      (organization_id, kind, id, is_silent, started_at_ms, top_us, floor_us, rows_read, total_rows, cursor)
    values
      (${organizationId}, ${kind}, ${id}, ${isSilent}, ${startedAtMs}, ${topUs}, ${floorUs}, ${rowsRead}, ${totalRows},
       ${cursor})
    on conflict (organization_id, kind) do update
    set id = excluded.id, is_silent = excluded.is_silent, started_at_ms = excluded.started_at_ms,
        top_us = excluded.top_us, floor_us = excluded.floor_us, rows_read = excluded.rows_read,
        total_rows = excluded.total_rows, cursor = excluded.cursor`);
};

export const forgetReading = async (run: Run, organizationId: string, kind: Reading['kind']): Promise<void> => {
  await run.change(sql`delete from reading where organization_id = ${organizationId} and kind = ${kind}`);
};
