import { expect, test } from '@jest/globals';
import { createStore } from '../../../webhook-server/store/create-store.ts';
import { migrate } from '../../../webhook-server/store/postgres/migrate-postgres.ts';
import { createDatabase, type PostgresDatabase } from '../../../webhook-server/store/postgres/postgres-database.ts';
import { readDueDeliveries, readNextDue } from '../../../webhook-server/store/postgres/postgres-due-deliveries.ts';
import { usualQuotas } from '../../../webhook-server/store/quotas.ts';
import { sql } from '../../../webhook-server/store/sql.ts';
import type { Store } from '../../../webhook-server/store/store.ts';
import { describePostgres, newSchemaUrl } from '../../support/postgres.ts';
import { newHook, seenMany, useStore } from '../../support/store-contract/store-bench.ts';

/** PostgreSQL plans a prepared statement so often before it decides whether one plan is good for all values. */
const triedPlans = 5;

describePostgres('prepared statements', () => {
  let database: PostgresDatabase | undefined;

  const open = async (): Promise<Store> => {
    const url = await newSchemaUrl();
    const { schemaNumber } = await migrate(url);
    // What is done one after the other is done on one connection, which knows what it has prepared.
    const opened = createDatabase(url, { notify: async () => {}, emit: () => {} }, schemaNumber);
    database = opened;
    return createStore(
      {
        database: opened,
        turnLimits: { total: 1, perOrganization: 1 },
        dueDeliveries: readDueDeliveries,
        nextDueMs: readNextDue,
        eraseFreeSpace: async () => {},
        backUp: () => Promise.reject(new Error('There is no backup.')),
        onWork: () => () => {},
        proveKey: opened.proveKey,
        outdated: opened.outdated,
        close: opened.close,
      },
      usualQuotas,
    );
  };
  const at = useStore(open);

  test('what tells one change is planned once, however many changes come', async () => {
    await at.tenant.subscribe(newHook());
    await at.scan(seenMany(500, 'ada'), { kind: 'baseline' });
    for (let change = 1; change <= 4 * triedPlans; change += 1) {
      // What was planned for empty tables is planned again.
      if (change === 2 * triedPlans) await database?.change(sql`analyze`);
      const assigneeId = change % 2 === 0 ? 'ada' : 'bob';
      const id = `int_${change}`;
      await at.tenant.announce([{ id, task_id: 'many-0', assignee_user_id: assigneeId, scope: 'TASK' }]);
      await at.tenant.settleIntent(id, { state: 'done', updatedAtUs: 0 });
      expect(await at.scan(seenMany(1, assigneeId, change))).toBe(1);
      await at.settleAll();
    }
    const planned = await database?.rows<{ text: string }>(sql`
      select regexp_replace(statement, '[[:space:]]+', ' ', 'g') as text from pg_prepared_statements
      where custom_plans > ${2 * triedPlans}`);
    expect(planned).toEqual([]);
  });
});
