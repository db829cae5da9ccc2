import type { Database as Connection, Statement as PreparedStatement } from 'better-sqlite3';
import type { Database, Run } from '../database.ts';
import { compile, type Statement, sql } from '../sql.ts';
import type { Topic } from '../work-store.ts';
import { createGroupCommit } from './group-commit.ts';
import { dialect } from './sqlite-dialect.ts';
import { translateError } from './translate-sqlite-error.ts';

/** Runs one task after the other, in the order in which they came. */
const createQueue = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(task: () => Promise<Result>): Promise<Result> => {
    const result = last.then(task);
    last = result.catch(() => {});
    return result;
  };
};

const isPresent = (value: unknown): value is number => typeof value === 'number';

/** Functions of PostgreSQL that the flows use, as PostgreSQL defines them: what is null does not count. */
const teach = (connection: Connection, clock: () => number): void => {
  const pick =
    (choose: (...numbers: number[]) => number) =>
    (...values: unknown[]) => {
      const present = values.filter(isPresent);
      return present.length === 0 ? null : choose(...present);
    };
  connection.function('now_ms', () => Math.floor(clock()));
  connection.function('least', { deterministic: true, varargs: true }, pick(Math.min));
  connection.function('greatest', { deterministic: true, varargs: true }, pick(Math.max));
};

/** Which columns a statement selects is the flow's to say: `never` fits each of its rows. */
type Prepared = PreparedStatement<unknown[], never>;

/** Prepares each text once. */
const createRun = (connection: Connection): Run => {
  const statements = new Map<string, Prepared>();
  const prepare = (text: string): Prepared => {
    const known = statements.get(text);
    if (known !== undefined) return known;
    const prepared = connection.prepare<unknown[], never>(text);
    statements.set(text, prepared);
    return prepared;
  };
  const execute = async <Result>(
    statement: Statement,
    use: (prepared: Prepared, values: unknown[]) => Result,
  ): Promise<Result> => {
    try {
      const { text, values } = compile(statement, dialect);
      return use(prepare(text), values);
    } catch (error) {
      throw translateError(error);
    }
  };
  return {
    rows: (statement) => execute(statement, (prepared, values) => prepared.all(...values)),
    first: (statement) => execute(statement, (prepared, values) => prepared.get(...values)),
    change: (statement) => execute(statement, (prepared, values) => prepared.run(...values).changes),
  };
};

/**
 * The one connection of this process. Transactions and single statements take turns on it: none begins before the one
 * before it has ended. Transactions that come together are committed together.
 *
 * @param clock the database's clock: milliseconds since 1970.
 * @param emit is called with each topic that a transaction announced, once it is committed.
 * @param monotonicClock milliseconds, from any start; never goes back.
 */
export const createDatabase = (
  connection: Connection,
  clock: () => number,
  emit: (topic: Topic) => void,
  monotonicClock = () => performance.now(),
): Database => {
  teach(connection, clock);
  const run = createRun(connection);
  const inTurn = createQueue();
  const groupCommit = createGroupCommit(connection, inTurn, monotonicClock);

  const single: Run = {
    rows: (statement) => inTurn(() => run.rows(statement)),
    first: (statement) => inTurn(() => run.first(statement)),
    change: (statement) => inTurn(() => run.change(statement)),
  };

  return {
    ...single,
    // One process holds the file alone: nobody else can change its tables or its key, and nothing is left to prove.
    settling: { ...single, proof: sql`true` },
    async transaction(work) {
      const topics = new Set<Topic>();
      const result = await groupCommit.run(() =>
        work({ ...run, nowMs: Math.floor(clock()), announce: (topic) => topics.add(topic) }),
      );
      for (const topic of topics) emit(topic);
      return result;
    },
  };
};
