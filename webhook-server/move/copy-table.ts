import { createHash } from 'node:crypto';
import type { Target } from '../store/postgres/open-target.ts';
import { rowsPerStatement } from '../store/rules.ts';
import type { Source, SourceValue } from '../store/sqlite/open-source.ts';
import { StoreError } from '../store/store.ts';
import type { MatchedTable } from './match-tables.ts';
import { readBack, translate, writtenOut } from './row-values.ts';

export type CopyPorts = {
  source: Source;
  target: Target;
  onProgress: (table: string, done: number, total: number) => void;
};

/** A table that is the same in both databases. */
export type CopiedTable = { name: string; rows: number; hash: string };

const progressEvery = 10_000;

const hashSource = ({ source, columns }: MatchedTable, from: Source): string => {
  const hash = createHash('sha256');
  const expressions = columns.map(({ expression }) => expression);
  for (const row of from.rows(source, expressions, 0)) {
    hash.update(writtenOut(columns.map((column, index) => translate(row[index] ?? null, column))));
  }
  return hash.digest('hex');
};

const hashTarget = async ({ source, target, columns }: MatchedTable, to: Target): Promise<string> => {
  const hash = createHash('sha256');
  const names = columns.map(({ name }) => name);
  for await (const row of to.rows(target, names, source.key)) {
    hash.update(writtenOut(columns.map((column, index) => readBack(row[index], column))));
  }
  return hash.digest('hex');
};

const copyFrom = async (table: MatchedTable, offset: number, total: number, ports: CopyPorts): Promise<void> => {
  const { source, target, onProgress } = ports;
  const { name, columns } = table;
  let batch: object[] = [];
  let done = offset;
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    await target.insert(
      name,
      columns.map((column) => column.name),
      batch,
    );
    const before = done;
    done += batch.length;
    batch = [];
    if (Math.floor(before / progressEvery) < Math.floor(done / progressEvery)) onProgress(name, done, total);
  };
  const toObject = (row: readonly SourceValue[]): object =>
    Object.fromEntries(columns.map((column, index) => [column.name, translate(row[index] ?? null, column)]));
  for (const row of source.rows(
    table.source,
    columns.map(({ expression }) => expression),
    offset,
  )) {
    batch.push(toObject(row));
    if (batch.length >= rowsPerStatement) await flush();
  }
  await flush();
};

/**
 * Copies a table, going on where an earlier move stopped: rows are copied in their order, so that their number says how far
 * it came. Then both are read again and compared. What differs although the number was right is copied anew, once.
 *
 * @throws StoreError when it differs then, too.
 */
export const copyTable = async (table: MatchedTable, ports: CopyPorts): Promise<CopiedTable> => {
  const { source, target } = ports;
  const { name } = table;
  const rows = source.count(name);
  const hash = hashSource(table, source);
  const there = await target.count(name);
  if (there <= rows) {
    await copyFrom(table, there, rows, ports);
    if ((await hashTarget(table, target)) === hash) return { name, rows, hash };
  }
  await target.clear(name);
  await copyFrom(table, 0, rows, ports);
  if ((await hashTarget(table, target)) === hash) return { name, rows, hash };
  throw new StoreError(`The table ${name} is not the same in PostgreSQL as in SQLite. Nothing was moved.`);
};
