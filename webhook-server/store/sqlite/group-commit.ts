import type { Database as Connection } from 'better-sqlite3';
import { translateError } from './translate-sqlite-error.ts';

type Reject = (error: unknown) => void;

/** What runs within a transaction. It returns what is called once that is on the disk. */
type Member = { run: () => Promise<() => void>; reject: Reject };

type Ended = { committed: () => void; reject: Reject };

/** A group takes in no more members after this time, in milliseconds: requests want to be read and answered, too. */
const longestGroupMs = 10;

export type GroupCommit = {
  /**
   * Runs the work at the end of the event loop's turn, in one transaction with whatever else came in that turn. Each
   * piece of work stands or falls alone, and none is known to be done before the disk has it.
   *
   * @throws StoreError, and what the work threw, which undoes it.
   */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
};

/**
 * Commits together what comes together: a commit waits for the disk, which costs more than most of what is in it.
 *
 * @param inTurn runs a task on the connection when the tasks before it have ended.
 * @param monotonicClock milliseconds, from any start; never goes back.
 */
export const createGroupCommit = (
  connection: Connection,
  inTurn: (task: () => Promise<void>) => Promise<void>,
  monotonicClock: () => number,
): GroupCommit => {
  const begin = connection.prepare('begin immediate');
  const commit = connection.prepare('commit');
  const rollback = connection.prepare('rollback');
  const savepoint = connection.prepare('savepoint member');
  const release = connection.prepare('release member');
  const rollbackMember = connection.prepare('rollback to member');
  const waiting: Member[] = [];
  let isScheduled = false;

  /** Work that fails is undone alone, unless SQLite has undone the whole group by itself: that is thrown. */
  const runMember = async ({ run, reject }: Member): Promise<Ended[]> => {
    try {
      savepoint.run();
      const committed = await run();
      release.run();
      return [{ committed, reject }];
    } catch (error) {
      reject(translateError(error));
      if (!connection.inTransaction) throw error;
      rollbackMember.run();
      release.run();
      return [];
    }
  };

  /** Nobody can begin while the disk or the file is at fault. */
  const beginGroup = (): boolean => {
    try {
      begin.run();
      return true;
    } catch (error) {
      for (const { reject } of waiting.splice(0)) reject(translateError(error));
      return false;
    }
  };

  const runMembers = async (ended: Ended[]): Promise<void> => {
    const endsBy = monotonicClock() + longestGroupMs;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      ended.push(...(await runMember(next)));
      if (monotonicClock() >= endsBy) return;
    }
  };

  const runGroup = async (): Promise<void> => {
    isScheduled = false;
    if (!beginGroup()) return;
    const ended: Ended[] = [];
    try {
      await runMembers(ended);
      commit.run();
      for (const { committed } of ended) committed();
    } catch (error) {
      if (connection.inTransaction) rollback.run();
      for (const { reject } of ended) reject(translateError(error));
    }
    if (waiting.length > 0) schedule();
  };

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => void inTurn(runGroup));
  };

  return {
    run: (work) =>
      new Promise((resolve, reject) => {
        const run = async () => {
          const result = await work();
          return () => resolve(result);
        };
        waiting.push({ run, reject });
        schedule();
      }),
  };
};
