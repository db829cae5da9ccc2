import type { Database } from 'better-sqlite3';
import type { Cursor, Reading } from '../work-store.ts';

type CursorColumns = {
  cursor_offset: number;
  overlap_offset: number;
  border_key: number;
  total_count: number;
  is_tied: number;
};

type ReadingRow = (CursorColumns | { [Column in keyof CursorColumns]: null }) & {
  id: string;
  kind: 'baseline' | 'walk';
  is_silent: number;
  started_at_ms: number;
  top_us: number | null;
  floor_us: number | null;
  rows_read: number;
};

const readCursor = (row: ReadingRow): Cursor | null =>
  row.cursor_offset === null
    ? null
    : {
        offset: row.cursor_offset,
        overlapOffset: row.overlap_offset,
        borderKey: row.border_key,
        totalCount: row.total_count,
        isTied: row.is_tied === 1,
      };

const readReading = (row: ReadingRow): Reading => ({
  id: row.id,
  kind: row.kind,
  isSilent: row.is_silent === 1,
  startedAtMs: row.started_at_ms,
  topUs: row.top_us,
  floorUs: row.floor_us,
  rowsRead: row.rows_read,
  cursor: readCursor(row),
});

/** The readings that have not ended yet, one a workspace at most. To be called inside a transaction. */
export const createReadings = (database: Database) => {
  const get = database.prepare<{ organizationId: string }, ReadingRow>(
    'select * from reading where organization_id = @organizationId',
  );

  const put = database.prepare<Record<string, string | number | null>>(`
    insert or replace into reading
      (organization_id, id, kind, is_silent, started_at_ms, top_us, floor_us, rows_read,
       cursor_offset, overlap_offset, border_key, total_count, is_tied)
    values
      (@organizationId, @id, @kind, @isSilent, @startedAtMs, @topUs, @floorUs, @rowsRead,
       @offset, @overlapOffset, @borderKey, @totalCount, @isTied)`);

  const remove = database.prepare<{ organizationId: string }>(
    'delete from reading where organization_id = @organizationId',
  );

  return {
    of(organizationId: string): Reading | null {
      const row = get.get({ organizationId });
      return row === undefined ? null : readReading(row);
    },

    remember(organizationId: string, { cursor, isSilent, ...reading }: Reading): void {
      put.run({
        organizationId,
        ...reading,
        isSilent: Number(isSilent),
        offset: cursor?.offset ?? null,
        overlapOffset: cursor?.overlapOffset ?? null,
        borderKey: cursor?.borderKey ?? null,
        totalCount: cursor?.totalCount ?? null,
        isTied: cursor === null ? null : Number(cursor.isTied),
      });
    },

    forget(organizationId: string): void {
      remove.run({ organizationId });
    },
  };
};
