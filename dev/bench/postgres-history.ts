import { Client } from 'pg';
import { unpublishedOf } from '../../webhook-server/store/flows/publish.ts';
import { dialect } from '../../webhook-server/store/postgres/postgres-dialect.ts';
import { dueDeliveries, dueHooks } from '../../webhook-server/store/postgres/postgres-due-deliveries.ts';
import { createPostgresStore } from '../../webhook-server/store/postgres/postgres-store.ts';
import { compile, type Statement } from '../../webhook-server/store/sql.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import { organizationId } from './hooks-in-store.ts';
import { claimLimit, explainParameters, type History, type StoreWithHistory } from './store-with-history.ts';

/** Ids have the form of real ones: those of events and deliveries begin with a time, those of tasks are scattered. */
const fill = async (client: Client, { rows, hooks }: History): Promise<void> => {
  const body = 'x'.repeat(500);
  await client.query(
    `insert into event (id, organization_id, reading_id, task_id, kind, source, previous_assignee_id, new_assignee_id,
                        body, occurred_at_us, detected_at_ms)
     select 'evt_' || lpad(n::text, 9, '0') || md5('e' || n), $1, 'old', 'old-' || n, 'reassigned', 'topo', 'a', 'b', $2, n, n
     from generate_series(1, $3::bigint) as n`,
    [organizationId, body, rows],
  );
  await client.query(
    `insert into delivery (id, organization_id, hook_id, event_id, order_key, body, state, attempts, created_at_ms,
                           settled_at_ms)
     select 'msg_' || lpad(n::text, 9, '0') || md5('m' || n), $1, 'hok_' || n % $4::bigint, 'evt_' || n, 'old-' || n, $2, 'delivered', 1, n, n
     from generate_series(1, $3::bigint) as n`,
    [organizationId, body, rows, hooks],
  );
  await client.query(
    `insert into snapshot (organization_id, task_id, assignee_user_id, created_at_us, updated_at_us)
     select $1, md5('t' || n), 'a', n, n from generate_series(1, $2::bigint) as n`,
    [organizationId, rows],
  );
  // PostgreSQL itself does this after about a minute.
  await client.query('vacuum analyze');
};

const explain = async (client: Client, statement: Statement): Promise<string> => {
  const { text, values } = compile(statement, dialect);
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${text}`, values);
  return rows.map((row) => `  ${row['QUERY PLAN']}`).join('\n');
};

/** @param prepare adds the hooks and the tasks. */
export const createPostgresHistory = async (
  url: string,
  history: History,
  prepare: (store: Store) => Promise<void>,
): Promise<StoreWithHistory> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  const store = await createPostgresStore(url);
  await prepare(store);
  await fill(client, history);
  return {
    name: 'PostgreSQL',
    store,
    async explain() {
      const hookIds = Array.from({ length: history.hooks }, (_, hook) => `hok_${hook}`);
      const lock = await explain(client, dueHooks(explainParameters.nowMs));
      const claim = await explain(client, dueDeliveries(hookIds, explainParameters, claimLimit));
      const page = await explain(client, unpublishedOf(organizationId, ['run']));
      await store.close();
      await client.end();
      return `claim: the hooks\n${lock}\nclaim: their deliveries\n${claim}\npage\n${page}`;
    },
  };
};
