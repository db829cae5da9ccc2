import type { Database } from 'better-sqlite3';
import type { Cursor, Reading } from '../work-store.ts';

type ReadingRow = {
  kind: Reading['kind'];
  id: string;
  is_silent: number;
  started_at_ms: number;
  top_us: number | null;
  floor_us: number | null;
  rows_read: number;
  total_rows: number;
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
  totalRows: row.total_rows,
  cursor: readCursor(row.cursor),
});

/** The readings that have not ended yet, one of each kind a workspace at most. To be called inside a transaction. */
export const createReadings = (database: Database) => {
  const all = database.prepare<{ organizationId: string }, ReadingRow>(
    'select * from reading where organization_id = @organizationId',
  );

  const put = database.prepare<Record<string, string | number | null>>(`
    insert or replace into reading
      (organization_id, kind, id, is_silent, started_at_ms, top_us, floor_us, rows_read, total_rows, cursor)
    values
      (@organizationId, @kind, @id, @isSilent, @startedAtMs, @topUs, @floorUs, @rowsRead, @totalRows, @cursor)`);

  const remove = database.prepare<{ organizationId: string; kind: Reading['kind'] }>(
    'delete from reading where organization_id = @organizationId and kind = @kind',
  );

  return {
    of(organizationId: string): { walk: Reading | null; background: Reading | null } {
      const readings = all.all({ organizationId }).map(readReading);
      return {
        walk: readings.find(({ kind }) => kind === 'walk') ?? null,
        background: readings.find(({ kind }) => kind !== 'walk') ?? null,
      };
    },

    remember(organizationId: string, reading: Reading): void {
      const cursor = reading.cursor === null ? null : JSON.stringify(reading.cursor);
      put.run({ organizationId, ...reading, isSilent: Number(reading.isSilent), cursor });
    },

    forget(organizationId: string, kind: Reading['kind']): void {
      remove.run({ organizationId, kind });
    },
  };
};
