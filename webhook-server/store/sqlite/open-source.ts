import SqliteDatabase, { type Database } from 'better-sqlite3';
import { StoreError } from '../store.ts';
import { knownSchema } from './migrate-sqlite.ts';
import { type MoveState, readMark, userVersionOf } from './move-mark.ts';
import { explainOpenError, openConnection } from './open-sqlite.ts';

/** A table as it is read: `key` are the columns that order its rows, `after` the tables that its rows refer to. */
export type SourceTable = {
  name: string;
  columns: readonly string[];
  key: readonly string[];
  after: readonly string[];
};

export type SourceValue = string | number | null;

/** A file that everything is read from, and that no server uses meanwhile. */
export type Source = {
  state: MoveState;
  /** The text that shows whether an encryption key fits; undefined when no server was ever started with the file. */
  keyCheck: string | undefined;
  tables: readonly SourceTable[];
  count(table: string): number;
  /** The rows from the one at `offset` on, in the order of the key. Each is one value for each expression. */
  rows(table: SourceTable, expressions: readonly string[], offset: number): IterableIterator<SourceValue[]>;
  /** The highest number that a table has ever given to a row; 0 when it keeps none. */
  highestNumber(table: string): number;
  /** The highest value that an expression has in a table. */
  highest(table: string, expression: string): number;
  mark(state: MoveState): void;
  close(): void;
};

const markOf = (database: Database) => readMark(Number(database.pragma('user_version', { simple: true })));

/** The lock is taken with the first write: it proves that no server runs. */
const openMarked = (path: string): Database => {
  const database = new SqliteDatabase(path, { timeout: 0, fileMustExist: true });
  try {
    database.pragma('locking_mode = exclusive');
    database.exec('begin immediate; commit');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** A file that is not marked yet is opened as a server does it: its tables are brought up to date. */
const openFile = (path: string): Database => {
  const database = openMarked(path);
  const { state, schema } = markOf(database);
  if (state !== 'own' && schema === knownSchema) return database;
  database.close();
  if (state === 'own') return openConnection(path);
  throw new StoreError(
    `The move was begun by another version of this program (schema ${schema}). Go on with that one.`,
  );
};

const columnsOf = (database: Database, table: string): { name: string; pk: number }[] =>
  database.prepare<[string], { name: string; pk: number }>('select name, pk from pragma_table_info(?)').all(table);

const readTable = (database: Database, name: string): SourceTable => {
  const columns = columnsOf(database, name);
  const key = columns.filter(({ pk }) => pk > 0).toSorted((one, other) => one.pk - other.pk);
  const after = database
    .prepare<[string], string>('select distinct "table" from pragma_foreign_key_list(?)')
    .pluck()
    .all(name);
  const names = columns.map((column) => column.name);
  return {
    name,
    columns: names,
    key: key.length === 0 ? names : key.map((column) => column.name),
    after: after.map(String),
  };
};

/** Whatever a row refers to comes before it. */
const inOrder = (tables: readonly SourceTable[]): SourceTable[] => {
  const ordered: SourceTable[] = [];
  const add = (table: SourceTable): void => {
    if (ordered.includes(table)) return;
    for (const one of tables.filter(({ name }) => name !== table.name && table.after.includes(name))) add(one);
    ordered.push(table);
  };
  for (const table of tables) add(table);
  return ordered;
};

const readTables = (database: Database): SourceTable[] => {
  const names = database
    .prepare<[], string>(
      `select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`,
    )
    .pluck()
    .all();
  return inOrder(names.map((name) => readTable(database, name)));
};

const sourceOf = (database: Database): Source => {
  const { state, schema } = markOf(database);
  const keyCheck = database.prepare<[], string>('select sealed from key_check').pluck().get();
  return {
    state,
    keyCheck,
    tables: readTables(database),
    count: (table) => Number(database.prepare(`select count(*) from ${table}`).pluck().get()),
    rows: ({ name, key }, expressions, offset) =>
      database
        .prepare<[number], SourceValue[]>(
          `select ${expressions.join(', ')} from ${name} order by ${key.join(', ')} limit -1 offset ?`,
        )
        .raw()
        .iterate(offset),
    highestNumber: (table) =>
      Number(database.prepare('select seq from sqlite_sequence where name = ?').pluck().get(table) ?? 0),
    highest: (table, expression) => Number(database.prepare(`select max(${expression}) from ${table}`).pluck().get()),
    mark: (next) => {
      database.pragma(`user_version = ${userVersionOf(schema, next)}`);
    },
    close: () => {
      database.close();
    },
  };
};

/**
 * Opens a file to read everything from it, with the lock of a server.
 *
 * @throws StoreError with a sentence that says what to do.
 */
export const openSource = (path: string): Source => {
  try {
    return sourceOf(openFile(path));
  } catch (cause) {
    throw cause instanceof StoreError ? cause : new StoreError(explainOpenError(path, cause), { cause });
  }
};
