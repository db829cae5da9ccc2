import { type Quotas, usualQuotas } from '../quotas.ts';
import type { Store } from '../store.ts';
import { createCleanUp } from './clean-up.ts';
import { createDatabase } from './database.ts';
import { createDeliveryWork } from './delivery-work.ts';
import { createFarewells } from './farewells.ts';
import { migrate } from './migrate.ts';
import { createPollWork } from './poll-work.ts';
import { createSeals } from './seals.ts';
import { createSequences } from './sequences.ts';
import { createSignals } from './signals.ts';
import { createSnapshotWork } from './snapshot-work.ts';
import { sql } from './sql.ts';
import { createTenantStores } from './tenant-store.ts';

/**
 * A store in a PostgreSQL database, which any number of processes may use at once. It needs sessions of its own: a proxy
 * that hands out a connection for each transaction cannot pass `listen` on.
 *
 * @param url `postgres://user:password@host:port/database`, with the parameters of libpq such as `sslmode`.
 * @param quotas how much each organization may keep.
 * @throws StoreError when the database cannot be used, or was written by a newer version.
 */
export const createPostgresStore = async (url: string, quotas: Quotas = usualQuotas): Promise<Store> => {
  const signals = createSignals(url, await migrate(url));
  await signals.listen();
  const database = createDatabase(url, signals);

  return {
    tenant: createTenantStores(database, quotas),
    async hookOfSecret(secretHash) {
      return database.first<{ organizationId: string; hookId: string }>(sql`
        select organization_id as "organizationId", id as "hookId" from hook where secret_hash = ${secretHash}`);
    },
    work: {
      ...createPollWork(database),
      ...createSnapshotWork(database),
      ...createSequences(database),
      ...createDeliveryWork(database),
      ...createFarewells(database),
      ...createCleanUp(database),
      onWork: signals.on,
    },
    ...createSeals(database),
    async close() {
      await signals.close();
      await database.close();
    },
  };
};
