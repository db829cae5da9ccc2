import { EventEmitter } from 'node:events';
import type { Store } from '../store.ts';
import type { Topic } from '../work-store.ts';
import { createDeliveryWork } from './delivery-work.ts';
import { openDatabase } from './open.ts';
import { createPollWork } from './poll-work.ts';
import { createSequences } from './sequences.ts';
import { createSnapshotWork } from './snapshot-work.ts';
import { createTenantStores } from './tenant-store.ts';

/**
 * A store in one SQLite file, held by this process alone.
 *
 * @param clock the database's clock: milliseconds since 1970.
 * @throws StoreError when the file cannot be opened, is in use or was written by a newer version.
 */
export const createSqliteStore = (path: string, clock: () => number = Date.now): Store => {
  const database = openDatabase(path);
  const work = new EventEmitter<Record<Topic, []>>();

  // The lock proves that no other process runs: whatever was leased belongs to one that is dead.
  database.exec(`
    update workspace set lease = null, lease_until_ms = null;
    update delivery set lease = null, lease_until_ms = null where state = 'waiting'`);

  const readKeyCheck = database.prepare<[], { sealed: string }>('select sealed from key_check');
  const writeKeyCheck = database.prepare<{ sealed: string }>('insert into key_check (sealed) values (@sealed)');
  const findHook = database.prepare<{ secretHash: string }, { organizationId: string; hookId: string }>(
    'select organization_id as organizationId, id as hookId from hook where secret_hash = @secretHash',
  );

  return {
    tenant: createTenantStores(database, clock, () => work.emit('poll')),
    async hookOfSecret(secretHash) {
      return findHook.get({ secretHash });
    },
    work: {
      ...createPollWork(database, clock, () => work.emit('deliver')),
      ...createSnapshotWork(database, clock, () => work.emit('deliver')),
      ...createSequences(database, clock, () => work.emit('deliver')),
      ...createDeliveryWork(database, clock),
      onWork(topic, listener) {
        work.on(topic, listener);
        return () => work.off(topic, listener);
      },
    },
    async keyCheck(sealed) {
      const known = readKeyCheck.get();
      if (known === undefined) writeKeyCheck.run({ sealed });
      return known?.sealed ?? sealed;
    },
    async close() {
      database.close();
    },
  };
};
