import { DatabaseError, Pool, type PoolClient, type QueryResult } from 'pg';
import * as z from 'zod';
import type { Database, Run, Transaction } from '../database.ts';
import { compile, type Statement, sql } from '../sql.ts';
import { StoreError } from '../store.ts';
import type { Topic } from '../work-store.ts';
import { connectionOptions } from './connect-postgres.ts';
import { dialect } from './postgres-dialect.ts';
import { explain } from './translate-postgres-error.ts';

const mostConnections = 10;
const mostTries = 5;

/** What is acknowledged must have reached the disk, and each statement must see what others have committed. */
const enforceDurability = async (client: Pick<PoolClient, 'query'>): Promise<void> => {
  await client.query(`
    select set_config('default_transaction_isolation', 'read committed', false),
           set_config('synchronous_commit',
                      case current_setting('synchronous_commit') when 'off' then 'on'
                      else current_setting('synchronous_commit') end, false)`);
};

/** A deadlock or a serialization failure: nothing was done, and another try may go well. */
class TransactionConflict extends StoreError {}

const fail = (error: unknown): never => {
  if (error instanceof DatabaseError && (error.code === '40P01' || error.code === '40001')) {
    throw new TransactionConflict('The database let other work go first, again and again.');
  }
  throw explain(error);
};

/** Which columns a statement selects is the flow's to say: `never` fits each of its rows. */
type Query = (statement: Statement) => Promise<QueryResult<never>>;

const runWith = (query: Query): Run => ({
  async rows(statement) {
    return (await query(statement)).rows;
  },
  async first(statement) {
    return (await query(statement)).rows[0];
  },
  async change(statement) {
    return (await query(statement)).rowCount ?? 0;
  },
});

const retryConflicts = async <Result>(attempt: () => Promise<Result>): Promise<Result> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransactionConflict) || tries === mostTries) throw error;
    }
  }
};

const BeginAnswers = z.tuple([z.unknown(), z.object({ rows: z.tuple([z.object({ now_ms: z.number() })]) })]);

/** Begins a transaction. Returns the time of its beginning: both in one round trip. */
const begin = async (client: PoolClient): Promise<number> => {
  const answers: unknown = await client.query('begin; select now_ms() as now_ms').catch(fail);
  const [, now] = BeginAnswers.parse(answers);
  return now.rows[0].now_ms;
};

/** How processes tell each other of work: `notify` inside the transaction that made it, `emit` once it is committed. */
export type Signalling = { notify(run: Run, topic: Topic): Promise<void>; emit(topic: Topic): void };

/** A bounded pool of connections; none is made before the first statement. */
export const createDatabase = (url: string, signals: Signalling): Database & { close(): Promise<void> } => {
  const pool = new Pool({ ...connectionOptions(url), max: mostConnections, onConnect: enforceDurability });
  // An idle connection that was lost is replaced when it is needed.
  pool.on('error', () => {});

  const attempt = async <Result>(work: (run: Transaction) => Promise<Result>) => {
    const client = await pool.connect().catch(fail);
    // What is lost between two statements is told by the next one.
    const ignore = () => {};
    client.on('error', ignore);
    const topics = new Set<Topic>();
    try {
      const run = runWith((statement) => client.query<never>(compile(statement, dialect)).catch(fail));
      const nowMs = await begin(client);
      const result = await work({ ...run, nowMs, announce: (topic) => topics.add(topic) });
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
    ...runWith((statement) => retryConflicts(() => pool.query<never>(compile(statement, dialect)).catch(fail))),
    async transaction(work) {
      const { result, topics } = await retryConflicts(() => attempt(work));
      for (const topic of topics) signals.emit(topic);
      return result;
    },
    close: () => pool.end(),
  };
};
