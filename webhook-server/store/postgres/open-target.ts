import { type Client, escapeIdentifier } from 'pg';
import { StoreError } from '../store.ts';
import { connect } from './connect-postgres.ts';
import { knownSchema, migrate, readSchema } from './migrate-postgres.ts';
import { unfinishedMove } from './move-mark.ts';
import { enforceDurability } from './postgres-database.ts';
import { takeTurnAlone } from './proof.ts';
import { explain } from './translate-postgres-error.ts';

export type TargetColumn = { name: string; type: string; isIdentity: boolean; hasDefault: boolean };
export type TargetTable = { name: string; columns: readonly TargetColumn[] };

/** A database that everything is written into, and that no server uses meanwhile. */
export type Target = {
  /** `new`: nothing is in it. `unfinished`: an earlier move into it has not ended. `used`: a server was started with it. */
  state: 'new' | 'unfinished' | 'used';
  /** Makes the tables, and marks them as unfinished. */
  begin(): Promise<void>;
  tables(): Promise<TargetTable[]>;
  count(table: string): Promise<number>;
  /** Empties a table, and those whose rows refer to it. */
  clear(table: string): Promise<void>;
  /** Adds rows, each an object by column; all of them or none. */
  insert(table: string, columns: readonly string[], rows: readonly object[]): Promise<void>;
  /** The rows in the order of `key`, by bytes; each is one value for each column. */
  rows(table: TargetTable, columns: readonly string[], key: readonly string[]): AsyncGenerator<unknown[]>;
  /** From now on a column counts on from here. */
  countFrom(table: string, column: string, number: number): Promise<void>;
  /** Takes the mark away: from now on servers start. */
  finish(): Promise<void>;
  close(): Promise<void>;
};

const patienceMs = 60 * 60_000;
const rowsAtOnce = 1_000;

/** Two moves into one database would disturb each other. The number is arbitrary. */
const moveLock = `select pg_try_advisory_lock(7464211, hashtext(current_schema())) as is_ours`;

const name = escapeIdentifier;
const listOf = (columns: readonly string[]): string => columns.map(name).join(', ');

/** The highest number in `migration`; undefined where there is no such table. */
const readSeen = async (client: Client): Promise<number | undefined> => {
  const there = await client.query(
    `select to_regclass(format('%I.migration', current_schema())) is not null as is_there`,
  );
  if (there.rows[0]?.is_there !== true) return undefined;
  const seen = await client.query(
    'select max(number) as seen, max(number) filter (where number < $1) as schema from migration',
    [unfinishedMove],
  );
  const { seen: highest, schema } = seen.rows[0] ?? {};
  if (highest === unfinishedMove && schema !== knownSchema) {
    throw new StoreError('The move was begun by another version of this program. Go on with that one.');
  }
  return Number(highest);
};

/** A server stores its key check with its first start, so that where there is none no server has been. */
const isUsed = async (client: Client): Promise<boolean> =>
  (await client.query('select 1 from key_check')).rows.length > 0;

const stateOf = async (client: Client): Promise<Target['state']> => {
  const seen = await readSeen(client);
  if (seen === undefined) return 'new';
  if (seen === unfinishedMove) return 'unfinished';
  return (await isUsed(client)) ? 'used' : 'new';
};

const readTables = async (client: Client): Promise<TargetTable[]> => {
  const { rows } = await client.query<{
    table: string;
    name: string;
    type: string;
    is_identity: boolean;
    has_default: boolean;
  }>(`
    select table_name as "table", column_name as name, data_type as type, is_identity = 'YES' as is_identity,
           column_default is not null as has_default
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = current_schema() and table_type = 'BASE TABLE' and table_name <> 'migration'
    order by table_name, ordinal_position`);
  return [...Map.groupBy(rows, ({ table }) => table)].map(([table, columns]) => ({
    name: table,
    columns: columns.map(({ name: column, type, is_identity, has_default }) => ({
      name: column,
      type,
      isIdentity: is_identity,
      hasDefault: has_default,
    })),
  }));
};

const inTransaction = async (client: Client, work: () => Promise<void>): Promise<void> => {
  await client.query('begin');
  try {
    await work();
    await client.query('commit');
  } catch (error) {
    // With its connection ends the transaction, too.
    await client.query('rollback').catch(() => {});
    throw error;
  }
};

const begin = async (client: Client, url: string): Promise<void> => {
  await migrate(url);
  const tables = await readTables(client);
  await inTransaction(client, async () => {
    await client.query(takeTurnAlone);
    if (await isUsed(client)) throw new StoreError('A server was started with the database just now. Stop it.');
    await client.query('insert into migration (number, done_at) values ($1, now())', [unfinishedMove]);
    // Some tables are made with rows in them.
    await client.query(`truncate ${listOf(tables.map((table) => table.name))}`);
  });
};

async function* readRows(
  client: Client,
  table: TargetTable,
  columns: readonly string[],
  key: readonly string[],
): AsyncGenerator<unknown[]> {
  const isText = (column: string): boolean => table.columns.some((one) => one.name === column && one.type === 'text');
  const order = key.map((column) => (isText(column) ? `${name(column)} collate "C"` : name(column))).join(', ');
  await client.query('begin isolation level repeatable read, read only');
  await client.query(
    `declare moved no scroll cursor for select ${listOf(columns)} from ${name(table.name)} order by ${order}`,
  );
  for (;;) {
    const { rows } = await client.query<unknown[]>({ text: `fetch ${rowsAtOnce} from moved`, rowMode: 'array' });
    yield* rows;
    if (rows.length < rowsAtOnce) break;
  }
  await client.query('commit');
}

const targetOf = (client: Client, url: string, state: Target['state']): Target => ({
  state,
  begin: () => begin(client, url),
  tables: () => readTables(client),
  async count(table) {
    const { rows } = await client.query<{ count: number }>(`select count(*) as count from ${name(table)}`);
    return Number(rows[0]?.count);
  },
  async clear(table) {
    await client.query(`truncate ${name(table)} cascade`);
  },
  async insert(table, columns, rows) {
    await client.query(
      `insert into ${name(table)} (${listOf(columns)}) overriding system value
       select ${listOf(columns)} from json_populate_recordset(null::${name(table)}, $1::json)`,
      [JSON.stringify(rows)],
    );
  },
  rows: (table, columns, key) => readRows(client, table, columns, key),
  async countFrom(table, column, number) {
    await client.query('select setval(pg_get_serial_sequence($1, $2), $3)', [name(table), column, number]);
  },
  async finish() {
    await client.query('delete from migration where number = $1', [unfinishedMove]);
    await client.query('analyze');
  },
  close: () => client.end(),
});

/**
 * Opens a database to write everything into it.
 *
 * @throws StoreError when it is not empty, when another move into it runs, or when it cannot be used.
 */
export const openTarget = async (url: string): Promise<Target> => {
  const client = await connect(url, { query_timeout: patienceMs });
  try {
    await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0');
    await enforceDurability(client);
    await readSchema(client);
    const lock = await client.query<{ is_ours: boolean }>(moveLock);
    if (lock.rows[0]?.is_ours !== true) throw new StoreError('Another move into this database is under way.');
    return targetOf(client, url, await stateOf(client));
  } catch (error) {
    await client.end();
    throw explain(error);
  }
};
