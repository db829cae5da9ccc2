import { EventEmitter } from 'node:events';
import { type Quotas, usualQuotas } from '../quotas.ts';
import type { Store } from '../store.ts';
import type { Topic } from '../work-store.ts';
import { createCleanUp } from './clean-up.ts';
import { createDeliveryWork } from './delivery-work.ts';
import { createFarewells } from './farewells.ts';
import { openDatabase } from './open.ts';
import { createPollWork } from './poll-work.ts';
import { createSeals } from './seals.ts';
import { createSequences } from './sequences.ts';
import { createSnapshotWork } from './snapshot-work.ts';
import { tellFaults } from './tell-faults.ts';
import { createTenantStores } from './tenant-store.ts';

/**
 * A store in one SQLite file, held by this process alone.
 *
 * @param clock the database's clock: milliseconds since 1970.
 * @param quotas how much each organization may keep.
 * @throws StoreError when the file cannot be opened, is in use or was written by a newer version.
 */
export const createSqliteStore = (
  path: string,
  clock: () => number = Date.now,
  quotas: Quotas = usualQuotas,
): Store => {
  const database = openDatabase(path);
  const work = new EventEmitter<Record<Topic, []>>();

  const findHook = database.prepare<{ secretHash: string }, { organizationId: string; hookId: string }>(
    'select organization_id as organizationId, id as hookId from hook where secret_hash = @secretHash',
  );

  const tenant = createTenantStores(
    database,
    clock,
    quotas,
    () => work.emit('poll'),
    () => work.emit('deliver'),
  );

  return tellFaults({
    tenant: (organizationId) => tellFaults(tenant(organizationId)),
    async hookOfSecret(secretHash) {
      return findHook.get({ secretHash });
    },
    work: tellFaults({
      ...createPollWork(database, clock, () => work.emit('deliver')),
      ...createSnapshotWork(database, clock, () => work.emit('deliver')),
      ...createSequences(database, clock, () => work.emit('deliver')),
      ...createDeliveryWork(database, clock),
      ...createFarewells(database, clock),
      ...createCleanUp(database, clock),
      onWork(topic, listener) {
        work.on(topic, listener);
        return () => work.off(topic, listener);
      },
    }),
    ...createSeals(database),
    async close() {
      database.close();
    },
  });
};
