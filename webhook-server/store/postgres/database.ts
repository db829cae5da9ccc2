import { DatabaseError, Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import { StoreError } from '../store.ts';
import type { Topic } from '../work-store.ts';
import { connectionOptions } from './connection.ts';
import { explain } from './explain.ts';
import { queryOf, type Statement, sql } from './sql.ts';

/** Runs statements. Each throws a StoreError when the database cannot be used. */
export type Run = {
  rows<Row extends QueryResultRow>(statement: Statement): Promise<Row[]>;
  first<Row extends QueryResultRow>(statement: Statement): Promise<Row | undefined>;
  /** Answers how many rows it changed. */
  change(statement: Statement): Promise<number>;
};

export type Transaction = Run & {
  /** When the transaction began, by the database's clock: milliseconds since 1970. */
  nowMs: number;
  /** Once the transaction is committed, and only then, tells all server processes that there may be new work. */
  announce(topic: Topic): void;
};

/** Outside a transaction each statement is one of its own. */
export type Database = Run & {
  /** Runs again when the database made it give way to another transaction; whatever it throws undoes it. */
  transaction<Result>(work: (run: Transaction) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
};

const mostConnections = 10;
const mostTries = 5;

/** What is acknowledged must have reached the disk, and each statement must see what others have committed. */
const insist = async (client: Pick<PoolClient, 'query'>): Promise<void> => {
  await client.query(`
    select set_config('default_transaction_isolation', 'read committed', false),
           set_config('synchronous_commit',
                      case current_setting('synchronous_commit') when 'off' then 'on'
                      else current_setting('synchronous_commit') end, false)`);
};

/** A deadlock or a serialization failure: nothing was done, and another try may go well. */
class GaveWay extends StoreError {}

const fail = (error: unknown): never => {
  if (error instanceof DatabaseError && (error.code === '40P01' || error.code === '40001')) {
    throw new GaveWay('The database let other work go first, again and again.');
  }
  throw explain(error);
};

type Query = <Row extends QueryResultRow>(statement: Statement) => Promise<QueryResult<Row>>;

const runWith = (query: Query): Run => ({
  async rows<Row extends QueryResultRow>(statement: Statement) {
    return (await query<Row>(statement)).rows;
  },
  async first<Row extends QueryResultRow>(statement: Statement) {
    return (await query<Row>(statement)).rows[0];
  },
  async change(statement) {
    return (await query(statement)).rowCount ?? 0;
  },
});

const untilDone = async <Result>(attempt: () => Promise<Result>): Promise<Result> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof GaveWay) || tries === mostTries) throw error;
    }
  }
};

/** How processes tell each other of work: `notify` inside the transaction that made it, `emit` once it is committed. */
export type Signalling = { notify(run: Run, topic: Topic): Promise<void>; emit(topic: Topic): void };

/** A bounded pool of connections; none is made before the first statement. */
export const createDatabase = (url: string, signals: Signalling): Database => {
  const pool = new Pool({ ...connectionOptions(url), max: mostConnections, onConnect: insist });
  // An idle connection that was lost is replaced when it is needed.
  pool.on('error', () => {});

  const attempt = async <Result>(work: (run: Transaction) => Promise<Result>) => {
    const client = await pool.connect().catch(fail);
    // What is lost between two statements is told by the next one.
    const ignore = () => {};
    client.on('error', ignore);
    const topics = new Set<Topic>();
    try {
      const run = runWith(<Row extends QueryResultRow>(statement: Statement) =>
        client.query<Row>(queryOf(statement)).catch(fail),
      );
      await run.change(sql`begin`);
      const now = await run.first<{ now_ms: number }>(sql`select now_ms() as now_ms`);
      const result = await work({ ...run, nowMs: now?.now_ms ?? 0, announce: (topic) => topics.add(topic) });
      for (const topic of topics) await signals.notify(run, topic);
      await run.change(sql`commit`);
      client.release();
      return { result, topics };
    } catch (error) {
      // With its connection ends the transaction, in whatever state it is.
      client.release(true);
      throw error;
    } finally {
      client.off('error', ignore);
    }
  };

  return {
    ...runWith(<Row extends QueryResultRow>(statement: Statement) =>
      untilDone(() => pool.query<Row>(queryOf(statement)).catch(fail)),
    ),
    async transaction(work) {
      const { result, topics } = await untilDone(() => attempt(work));
      for (const topic of topics) signals.emit(topic);
      return result;
    },
    close: () => pool.end(),
  };
};
