import type { TenantDatabase } from './database.ts';
import { StoreError } from './store.ts';

/** How many statements and transactions of callers run at once: of all organizations together, and of each. */
export type TurnLimits = { total: number; perOrganization: number };

/** So many may wait for one organization. Past that, waiting is longer than any caller's patience. */
const mostWaiting = 1_000;

/** Lets organizations take turns, so that none waits for more than a short piece of another's work. */
export type OrganizationTurns = {
  /** The database as this organization uses it: each statement and each transaction waits for its turn. */
  databaseOf(organizationId: string): TenantDatabase;
};

/**
 * Whoever calls most would otherwise be served most: work is done in the order in which it comes. Between two turns the
 * event loop goes round once, so that requests are read and answered meanwhile.
 */
export const createOrganizationTurns = (
  database: TenantDatabase,
  { total, perOrganization }: TurnLimits,
): OrganizationTurns => {
  /** In the order of their turns: whoever had one goes to the end. */
  const waiting = new Map<string, (() => void)[]>();
  const running = new Map<string, number>();
  let allRunning = 0;
  let isScheduled = false;

  const findNext = (): string | undefined => {
    for (const organizationId of waiting.keys()) {
      if ((running.get(organizationId) ?? 0) < perOrganization) return organizationId;
    }
    return undefined;
  };

  const startNext = (organizationId: string): void => {
    const [start, ...others] = waiting.get(organizationId) ?? [];
    waiting.delete(organizationId);
    if (others.length > 0) waiting.set(organizationId, others);
    running.set(organizationId, (running.get(organizationId) ?? 0) + 1);
    allRunning += 1;
    start?.();
  };

  const startAll = (): void => {
    isScheduled = false;
    while (allRunning < total) {
      const next = findNext();
      if (next === undefined) return;
      startNext(next);
    }
  };

  const schedule = (): void => {
    if (isScheduled || waiting.size === 0 || allRunning >= total) return;
    isScheduled = true;
    setImmediate(startAll);
  };

  const end = (organizationId: string): void => {
    const left = (running.get(organizationId) ?? 1) - 1;
    if (left === 0) running.delete(organizationId);
    else running.set(organizationId, left);
    allRunning -= 1;
    schedule();
  };

  const wait = (organizationId: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const queue = waiting.get(organizationId) ?? [];
      if (queue.length >= mostWaiting) {
        reject(new StoreError(`More than ${mostWaiting} calls of one workspace wait for their turn.`));
        return;
      }
      queue.push(resolve);
      waiting.set(organizationId, queue);
      schedule();
    });

  return {
    databaseOf(organizationId) {
      const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
        await wait(organizationId);
        try {
          return await work();
        } finally {
          end(organizationId);
        }
      };
      return {
        rows: (statement) => inTurn(() => database.rows(statement)),
        first: (statement) => inTurn(() => database.first(statement)),
        change: (statement) => inTurn(() => database.change(statement)),
        transaction: (work, stance) => inTurn(() => database.transaction(work, stance)),
      };
    },
  };
};
