import { createStore } from '../create-store.ts';
import type { Driver } from '../driver.ts';
import { type Quotas, usualQuotas } from '../quotas.ts';
import { type Store, StoreError } from '../store.ts';
import { migrate } from './migrate-postgres.ts';
import { createDatabase } from './postgres-database.ts';
import { readDueDeliveries, readNextDue } from './postgres-due-deliveries.ts';
import { refuseSharedSessions } from './refuse-shared-sessions.ts';
import { createSignals } from './signals.ts';

/** Copying tables one by one would tear them apart, and PostgreSQL has programs that do not. */
const useDumps =
  'With PostgreSQL backups are its own: use `pg_dump`, or point-in-time recovery. docs/operate.md says how.';

const openDriver = async (url: string): Promise<Driver> => {
  await refuseSharedSessions(url);
  const { schema, schemaNumber } = await migrate(url);
  const signals = createSignals(url, schema);
  await signals.listen();
  const database = createDatabase(url, signals, schemaNumber);
  return {
    database,
    // Of ten connections: the loops keep two, and no organization takes more than two.
    turnLimits: { total: 8, perOrganization: 2 },
    dueDeliveries: readDueDeliveries,
    nextDueMs: readNextDue,
    // Vacuuming is left to PostgreSQL: it needs rights and time that a server may not have.
    eraseFreeSpace: async () => {},
    async backUp() {
      throw new StoreError(useDumps);
    },
    onWork: signals.on,
    proveKey: database.proveKey,
    outdated: database.outdated,
    async close() {
      await signals.close();
      await database.close();
    },
  };
};

/**
 * A store in a PostgreSQL database, which any number of processes may use at once. It needs sessions of its own: a proxy
 * that hands out a connection for each transaction cannot pass `listen` on.
 *
 * @param url `postgres://user:password@host:port/database`, with the parameters of libpq such as `sslmode`.
 * @param quotas how much each organization may keep.
 * @param steadyClock milliseconds from any start, never set: with it the store notices when the database's clock is set.
 * @param taskUrlTemplate where people see a task in Topo, with `{task_id}` in it.
 * @throws StoreError when the database cannot be used, or was written by a newer version.
 */
export const createPostgresStore = async (
  url: string,
  quotas: Quotas = usualQuotas,
  steadyClock?: () => number,
  taskUrlTemplate?: string,
): Promise<Store> => createStore(await openDriver(url), quotas, steadyClock, taskUrlTemplate);
