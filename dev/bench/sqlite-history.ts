import SqliteDatabase, { type Database } from 'better-sqlite3';
import { compile } from '../../webhook-server/store/sql.ts';
import { dialect } from '../../webhook-server/store/sqlite/sqlite-dialect.ts';
import { dueDeliveries } from '../../webhook-server/store/sqlite/sqlite-due-deliveries.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { organizationId } from './hooks-in-store.ts';
import { claimLimit, explainParameters, type History, type StoreWithHistory } from './store-with-history.ts';

const numbers = 'with recursive number (n) as (select 1 union all select n + 1 from number where n < @rows)';

/** Ids have the form of real ones: those of events and deliveries begin with a time, those of tasks are scattered. */
const fill = (database: Database, { rows, hooks }: History): void => {
  database.pragma('cache_size = -500000');
  const parameters = { rows, hooks, organizationId, body: 'x'.repeat(500) };
  for (const insert of [
    `insert into event (id, organization_id, reading_id, task_id, kind, source, previous_assignee_id, new_assignee_id,
                        body, occurred_at_us, detected_at_ms)
     ${numbers} select 'evt_' || printf('%09d', n) || hex(randomblob(9)), @organizationId, 'old', 'old-' || n, 'reassigned', 'topo', 'a', 'b', @body, n, n
     from number`,
    `insert into delivery (id, organization_id, hook_id, event_id, order_key, body, state, attempts, created_at_ms,
                           settled_at_ms)
     ${numbers} select 'msg_' || printf('%09d', n) || hex(randomblob(9)), @organizationId, 'hok_' || cast(n % @hooks as integer), 'evt_' || n, 'old-' || n, @body, 'delivered', 1,
                       n, n
     from number`,
    `insert into snapshot (organization_id, task_id, sequence_id, assignee_user_id, created_at_us, updated_at_us)
     ${numbers} select @organizationId, hex(randomblob(16)), null, 'a', n, n from number`,
  ]) {
    database.prepare(insert).run(parameters);
  }
};

const explain = (path: string): string => {
  const database = new SqliteDatabase(path);
  const { text, values } = compile(dueDeliveries(explainParameters, claimLimit), dialect);
  const steps = database.prepare<unknown[], { detail: string }>(`explain query plan ${text}`).all(...values);
  database.close();
  return steps.map(({ detail }) => `  ${detail}`).join('\n');
};

/** @param prepare adds the hooks and the tasks. */
export const createSqliteHistory = async (
  path: string,
  history: History,
  prepare: (store: Store) => Promise<void>,
): Promise<StoreWithHistory> => {
  const first = createSqliteStore(path);
  await prepare(first);
  await first.close();
  const database = new SqliteDatabase(path);
  fill(database, history);
  database.close();
  const store = createSqliteStore(path);
  return {
    name: 'SQLite',
    store,
    async explain() {
      await store.close();
      return `claim\n${explain(path)}`;
    },
  };
};
