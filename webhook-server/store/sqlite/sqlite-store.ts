import { EventEmitter } from 'node:events';
import type { Database as Connection } from 'better-sqlite3';
import { createStore } from '../create-store.ts';
import type { Driver } from '../driver.ts';
import { type Quotas, usualQuotas } from '../quotas.ts';
import type { Store } from '../store.ts';
import type { Topic } from '../work-store.ts';
import { backUpSqlite } from './back-up-sqlite.ts';
import { openConnection } from './open-sqlite.ts';
import { createDatabase } from './sqlite-database.ts';
import { readDueDeliveries, readNextDue } from './sqlite-due-deliveries.ts';
import { translateError } from './translate-sqlite-error.ts';

/** What an old key could open must not linger in pages that are free by now. */
const eraseFreeSpace = (connection: Connection): void => {
  try {
    connection.exec('vacuum');
    connection.pragma('wal_checkpoint(truncate)');
  } catch (error) {
    throw translateError(error);
  }
};

const createDriver = (connection: Connection, clock: () => number): Driver => {
  const work = new EventEmitter<Record<Topic, []>>();
  return {
    database: createDatabase(connection, clock, (topic) => work.emit(topic)),
    // There is one connection, and its statements block the process: these few are committed together.
    turnLimits: { total: 8, perOrganization: 4 },
    dueDeliveries: readDueDeliveries,
    nextDueMs: readNextDue,
    eraseFreeSpace: async () => eraseFreeSpace(connection),
    backUp: (path) => backUpSqlite(connection, path),
    onWork(topic, listener) {
      work.on(topic, listener);
      return () => work.off(topic, listener);
    },
    // The file is this process's alone as long as it is open: see `open-sqlite.ts`.
    proveKey() {},
    outdated: new Promise(() => {}),
    async close() {
      connection.close();
    },
  };
};

/**
 * A store in one SQLite file, held by this process alone.
 *
 * @param clock the database's clock: milliseconds since 1970.
 * @param quotas how much each organization may keep.
 * @param steadyClock milliseconds from any start, never set: with it the store notices when the clock is set.
 * @param taskUrlTemplate where people see a task in Topo, with `{task_id}` in it.
 * @throws StoreError when the file cannot be opened, is in use or was written by a newer version.
 */
export const createSqliteStore = (
  path: string,
  clock: () => number = Date.now,
  quotas: Quotas = usualQuotas,
  steadyClock?: () => number,
  taskUrlTemplate?: string,
): Store => createStore(createDriver(openConnection(path), clock), quotas, steadyClock, taskUrlTemplate);
