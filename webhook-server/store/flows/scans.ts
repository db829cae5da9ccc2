import type { Run, Transaction } from '../database.ts';
import { readCursor, readScan, type ScanRow, storedKindOf } from '../rows/scan-row.ts';
import { json, oneOf, sql } from '../sql.ts';
import type { Progress, Scan } from '../work-store.ts';

/** The scans of these workspaces that have not ended, by organization: one of each kind at most. */
export const findScans = async (run: Run, organizationIds: readonly string[]): Promise<Map<string, Scan[]>> => {
  if (organizationIds.length === 0) return new Map();
  const rows = await run.rows<ScanRow>(sql`select * from reading where organization_id ${oneOf(organizationIds)}`);
  const groups = Map.groupBy(rows, ({ organization_id }) => organization_id);
  return new Map([...groups].map(([organizationId, group]) => [organizationId, group.map(readScan)]));
};

/** A reading of all tasks that is under way: its number, and up to where it has read. */
export type ReadingUnderWay = { number: number; borderUs: number | null };

/**
 * The reading that a scan of all tasks belongs to. One that has just begun gets the next number. A reading with the
 * number 0 is older than the columns for the tasks' fields.
 */
export const readingOf = async (run: Transaction, organizationId: string, scan: Scan): Promise<ReadingUnderWay> => {
  const known = await run.first<Pick<ScanRow, 'cursor'> & { number: number }>(sql`
    select number, cursor from reading
    where organization_id = ${organizationId} and kind = ${storedKindOf[scan.kind]} and id = ${scan.id}`);
  if (known !== undefined) return { number: known.number, borderUs: readCursor(known.cursor)?.borderKey ?? null };
  const begun = await run.first<{ readings: number }>(sql`
    update workspace set readings = readings + 1 where organization_id = ${organizationId} returning readings`);
  return { number: begun?.readings ?? 0, borderUs: null };
};

/** Keeps where a scan goes on. `number` is that of its reading, 0 for an incremental scan. */
export const rememberScan = async (
  run: Transaction,
  organizationId: string,
  scan: Scan,
  number: number,
): Promise<void> => {
  const { kind, id, isSilent, startedAtMs, topUs, floorUs, rowsRead, totalRows, rowsUnusable = 0, cursor } = scan;
  await run.change(sql`
    insert into reading
      (organization_id, kind, id, is_silent, started_at_ms, top_us, floor_us, rows_read, total_rows,
       rows_unusable, cursor, number)
    values
      (${organizationId}, ${storedKindOf[kind]}, ${id}, ${isSilent}, ${startedAtMs}, ${topUs}, ${floorUs}, ${rowsRead}, ${totalRows},
       ${rowsUnusable}, ${json(cursor)}, ${number})
    on conflict (organization_id, kind) do update
    set id = excluded.id, is_silent = excluded.is_silent, started_at_ms = excluded.started_at_ms,
        top_us = excluded.top_us, floor_us = excluded.floor_us, rows_read = excluded.rows_read,
        total_rows = excluded.total_rows, rows_unusable = excluded.rows_unusable, cursor = excluded.cursor,
        number = excluded.number`);
};

export const forgetScan = async (run: Transaction, organizationId: string, kind: Scan['kind']): Promise<void> => {
  await run.change(sql`delete from reading where organization_id = ${organizationId} and kind = ${storedKindOf[kind]}`);
};

/** The next incremental scan starts anew. */
export const stopIncrementalScan = (run: Transaction, organizationId: string): Promise<void> =>
  forgetScan(run, organizationId, 'incremental');

/** How far the scans of all workspaces have come. */
export const readProgress = (run: Run): Promise<Progress[]> =>
  run.rows<Progress>(sql`
    select kind, count(*) as workspaces, sum(rows_read) as "rowsRead", sum(total_rows) as "totalRows"
    from reading group by kind order by kind`);
