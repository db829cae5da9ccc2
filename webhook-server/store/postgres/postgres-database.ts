import { DatabaseError, Pool, type PoolClient, type QueryResult } from 'pg';
import * as z from 'zod';
import { errorCode } from '../../error-code.ts';
import type { Database, Run, Stance, Transaction } from '../database.ts';
import type { Driver } from '../driver.ts';
import { compile, type Statement, sql } from '../sql.ts';
import { StoreError, StoreOutdated } from '../store.ts';
import type { Topic } from '../work-store.ts';
import { beginSession, connectionOptions } from './connect-postgres.ts';
import { createNotifier } from './notifier.ts';
import { dialect } from './postgres-dialect.ts';
import { createNames } from './prepared-statements.ts';
import { beginText, isMissing, type Known, othersBusy, outdatedBy, tablesGone } from './proof.ts';
import { explain } from './translate-postgres-error.ts';

const mostConnections = 10;
const mostTries = 5;

/** What is acknowledged must have reached the disk, and each statement must see what others have committed. */
export const enforceDurability = async (client: Pick<PoolClient, 'query'>): Promise<void> => {
  await beginSession(client);
  await client.query(`
    select set_config('default_transaction_isolation', 'read committed', false),
           set_config('synchronous_commit',
                      case current_setting('synchronous_commit') when 'off' then 'on'
                      else current_setting('synchronous_commit') end, false)`);
};

/** A deadlock or a serialization failure: nothing was done, and another try may go well. */
class TransactionConflict extends StoreError {}

const fail = (error: unknown): never => {
  const code = errorCode(error);
  if (error instanceof DatabaseError && (code === '40P01' || code === '40001')) {
    throw new TransactionConflict('The database let other work go first, again and again.');
  }
  throw outdatedBy(code) ?? explain(error);
};

const failToProve = (error: unknown, stance: Stance): never => {
  const code = errorCode(error);
  // Without `prove` there is no table of ours either.
  if (isMissing(code)) throw tablesGone();
  if (code === '55P03' && stance === 'alone') throw othersBusy();
  return fail(error);
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

const Time = z.object({ rows: z.tuple([z.object({ now_ms: z.number() })]) });

/** Begins a transaction. Returns the time of its beginning. */
const begin = async (client: PoolClient, known: Known, stance: Stance): Promise<number> => {
  const answers: unknown = await client
    .query(beginText(known, stance))
    .catch((error: unknown) => failToProve(error, stance));
  return Time.parse(Array.isArray(answers) ? answers.at(-1) : answers).rows[0].now_ms;
};

/** How work is told once it is committed: `emit` tells this process, and `notify` the others. */
export type Signalling = { notify(run: Run, topics: readonly Topic[]): Promise<void>; emit(topic: Topic): void };

export type PostgresDatabase = Database & Pick<Driver, 'proveKey' | 'outdated' | 'close'>;

/**
 * A bounded pool of connections; none is made before the first statement.
 *
 * @param schemaNumber the one that the tables must have.
 */
export const createDatabase = (url: string, signals: Signalling, schemaNumber: number): PostgresDatabase => {
  const pool = new Pool({ ...connectionOptions(url), max: mostConnections, onConnect: enforceDurability });
  // An idle connection that was lost is replaced when it is needed.
  pool.on('error', () => {});
  let known: Known = { schemaNumber, keyCheck: undefined };
  let ended: StoreOutdated | undefined;
  const named = createNames();
  const prepare = (statement: Statement) => named(compile(statement, dialect));
  const { promise: outdated, resolve: tellOutdated } = Promise.withResolvers<StoreOutdated>();

  /** Whoever was outdated once stays so: another server may have gone on from what it would write. */
  const note = (error: unknown): never => {
    if (error instanceof StoreOutdated && ended === undefined) {
      ended = error;
      tellOutdated(error);
    }
    throw error;
  };

  const refuseOutdated = (): void => {
    if (ended !== undefined) throw ended;
  };

  const attempt = async <Result>(work: (run: Transaction) => Promise<Result>, stance: Stance) => {
    if (stance !== 'settling') refuseOutdated();
    const client = await pool.connect().catch(fail);
    // What is lost between two statements is told by the next one.
    const ignore = () => {};
    client.on('error', ignore);
    const topics = new Set<Topic>();
    try {
      const run = runWith((statement) => client.query<never>(prepare(statement)).catch(fail));
      const nowMs = await begin(client, known, stance).catch(note);
      const result = await work({ ...run, nowMs, announce: (topic) => topics.add(topic) });
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

  const settle: Query = (statement) =>
    retryConflicts(() =>
      pool.query<never>(prepare(statement)).catch((error: unknown) => failToProve(error, 'settling')),
    ).catch(note);

  /** A statement that misses its table may be wrong, or the first to learn that all tables are gone. */
  const read: Query = async (statement) => {
    refuseOutdated();
    try {
      return await pool.query<never>(prepare(statement));
    } catch (error) {
      if (isMissing(errorCode(error))) await attempt(async () => {}, 'usual');
      return fail(error);
    }
  };

  const notifier = createNotifier((topics) =>
    signals.notify(
      runWith((statement) => pool.query<never>(prepare(statement))),
      topics,
    ),
  );

  return {
    ...runWith((statement) => retryConflicts(() => read(statement))),
    settling: { ...runWith(settle), proof: sql`(select prove(${schemaNumber}, null))` },
    async transaction(work, stance = 'usual') {
      const { result, topics } = await retryConflicts(() => attempt(work, stance));
      for (const topic of topics) signals.emit(topic);
      if (topics.size > 0) notifier.announce(topics);
      return result;
    },
    proveKey(keyCheck) {
      known = { schemaNumber, keyCheck };
    },
    outdated,
    async close() {
      await notifier.close();
      await pool.end();
    },
  };
};
