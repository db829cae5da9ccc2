import type { Database } from 'better-sqlite3';
import type { Cursor, Reading } from '../work-store.ts';

type ReadingRow = {
  id: string;
  kind: 'baseline' | 'walk';
  is_silent: number;
  started_at_ms: number;
  top_us: number | null;
  floor_us: number | null;
  rows_read: number;
  cursor: string | null;
};

/** What `remember` has written. */
const readCursor = (json: string | null): Cursor | null => (json === null ? null : JSON.parse(json));

const readReading = (row: ReadingRow): Reading => ({
  id: row.id,
  kind: row.kind,
  isSilent: row.is_silent === 1,
  startedAtMs: row.started_at_ms,
  topUs: row.top_us,
  floorUs: row.floor_us,
  rowsRead: row.rows_read,
  cursor: readCursor(row.cursor),
});

/** The readings that have not ended yet, one a workspace at most. To be called inside a transaction. */
export const createReadings = (database: Database) => {
  const get = database.prepare<{ organizationId: string }, ReadingRow>(
    'select * from reading where organization_id = @organizationId',
  );

  const put = database.prepare<Record<string, string | number | null>>(`
    insert or replace into reading
      (organization_id, id, kind, is_silent, started_at_ms, top_us, floor_us, rows_read, cursor)
    values
      (@organizationId, @id, @kind, @isSilent, @startedAtMs, @topUs, @floorUs, @rowsRead, @cursor)`);

  const remove = database.prepare<{ organizationId: string }>(
    'delete from reading where organization_id = @organizationId',
  );

  return {
    of(organizationId: string): Reading | null {
      const row = get.get({ organizationId });
      return row === undefined ? null : readReading(row);
    },

    remember(organizationId: string, reading: Reading): void {
      const cursor = reading.cursor === null ? null : JSON.stringify(reading.cursor);
      put.run({ organizationId, ...reading, isSilent: Number(reading.isSilent), cursor });
    },

    forget(organizationId: string): void {
      remove.run({ organizationId });
    },
  };
};
