import type { Cursor, Scan } from '../work-store.ts';

/** What a scan is called in the database, and in `GET /readyz`: both are older than the names in the code. */
export const storedKindOf = { baseline: 'baseline', incremental: 'walk', reconciliation: 'sweep' } as const;

export type StoredKind = (typeof storedKindOf)[Scan['kind']];

const kindOf: Record<StoredKind, Scan['kind']> = { baseline: 'baseline', walk: 'incremental', sweep: 'reconciliation' };

export type ScanRow = {
  organization_id: string;
  kind: StoredKind;
  id: string;
  is_silent: number | boolean;
  started_at_ms: number;
  top_us: number | null;
  floor_us: number | null;
  rows_read: number;
  total_rows: number;
  rows_unusable: number;
  /** JSON of a `Cursor`, as `rememberScan` wrote it. */
  cursor: string | null;
};

export const readCursor = (json: string | null): Cursor | null => (json === null ? null : JSON.parse(json));

export const readScan = (row: ScanRow): Scan => ({
  id: row.id,
  kind: kindOf[row.kind],
  isSilent: Boolean(row.is_silent),
  startedAtMs: row.started_at_ms,
  topUs: row.top_us,
  floorUs: row.floor_us,
  rowsRead: row.rows_read,
  totalRows: row.total_rows,
  rowsUnusable: row.rows_unusable,
  cursor: readCursor(row.cursor),
});
