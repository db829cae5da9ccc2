import type { TargetColumn, TargetTable } from '../store/postgres/open-target.ts';
import type { SourceTable } from '../store/sqlite/open-source.ts';
import { StoreError } from '../store/store.ts';

/** A column of the target, and the expression that reads its value from the source. */
export type MatchedColumn = TargetColumn & { expression: string };

/** A table of both databases. */
export type MatchedTable = {
  name: string;
  source: SourceTable;
  target: TargetTable;
  columns: readonly MatchedColumn[];
};

const unlike = (what: string): StoreError => new StoreError(`The tables of the two databases differ: ${what}.`);

/** Types whose values both databases can hold, and that are copied as they are or translated. */
const known = new Set(['text', 'bigint', 'integer', 'boolean', 'jsonb']);

const matchColumn = (source: SourceTable, column: TargetColumn): MatchedColumn[] => {
  if (!known.has(column.type)) throw unlike(`${source.name}.${column.name} is of the type ${column.type}`);
  if (source.columns.includes(column.name)) return [{ ...column, expression: column.name }];
  // What SQLite numbers by itself has a column of its own in PostgreSQL.
  if (column.isIdentity) return [{ ...column, expression: 'rowid' }];
  if (column.hasDefault) return [];
  throw unlike(`SQLite has no ${source.name}.${column.name}`);
};

const matchTable = (source: SourceTable, target: TargetTable | undefined): MatchedTable => {
  if (target === undefined) throw unlike(`PostgreSQL has no table ${source.name}`);
  const lost = source.columns.find((name) => target.columns.every((column) => column.name !== name));
  if (lost !== undefined) throw unlike(`PostgreSQL has no ${source.name}.${lost}`);
  const columns = target.columns.flatMap((column) => matchColumn(source, column));
  return { name: source.name, source, target, columns };
};

/**
 * Finds for each table and column of the source its place in the target, from the schemas alone.
 *
 * @throws StoreError naming what has no place.
 */
export const matchTables = (sources: readonly SourceTable[], targets: readonly TargetTable[]): MatchedTable[] => {
  const surplus = targets.find(({ name }) => sources.every((source) => source.name !== name));
  if (surplus !== undefined) throw unlike(`SQLite has no table ${surplus.name}`);
  return sources.map((source) =>
    matchTable(
      source,
      targets.find(({ name }) => name === source.name),
    ),
  );
};
