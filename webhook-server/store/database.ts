import type { Statement } from './sql.ts';
import type { TaskUrlOf } from './task-urls.ts';
import type { Topic } from './work-store.ts';

/** Runs statements. Each throws a StoreError when the database cannot be used. */
export type Run = {
  rows<Row extends object>(statement: Statement): Promise<Row[]>;
  first<Row extends object>(statement: Statement): Promise<Row | undefined>;
  /** Returns how many rows it changed. */
  change(statement: Statement): Promise<number>;
};

export type Transaction = Run & {
  /** When the transaction began, by the database's clock: milliseconds since 1970. */
  nowMs: number;
  /** Once the transaction is committed, and only then, tells all server processes that there may be new work. */
  announce(topic: Topic): void;
  /** Is there when the operator has said where tasks can be seen. */
  taskUrlOf?: TaskUrlOf;
};

/**
 * How a transaction stands to the other servers on the database.
 *
 * - `usual`: fails when the tables or the encryption key are not those any more that this server was started with.
 * - `settling`: ends what was begun before. It fails when the tables have changed, and does not mind another key.
 * - `alone`: no transaction of another server runs meanwhile.
 */
export type Stance = 'usual' | 'settling' | 'alone';

/** Statements that write, each without a transaction around it. Each holds `proof` among its conditions: it is `settling`. */
export type Settling = Run & { proof: Statement };

/** Outside a transaction each statement is one of its own, and only reads. */
export type Database = Run & {
  /**
   * Runs the work in one transaction, which is undone when the work throws. The work may run again from its beginning,
   * when the database made it give way to another transaction. It must await nothing but its own statements: SQLite has
   * one connection, and everybody else waits meanwhile.
   */
  transaction<Result>(work: (run: Transaction) => Promise<Result>, stance?: Stance): Promise<Result>;
  settling: Settling;
};

/** What the flows of one organization use. */
export type TenantDatabase = Omit<Database, 'settling'>;
