import SqliteDatabase from 'better-sqlite3';
import { Client } from 'pg';
import { dialect as postgresDialect } from '../../webhook-server/store/postgres/postgres-dialect.ts';
import { compile, type Statement, sql } from '../../webhook-server/store/sql.ts';
import { dialect as sqliteDialect } from '../../webhook-server/store/sqlite/sqlite-dialect.ts';

export type Crowd = { organizationId: string; hookId: string };

const events = 100_000;
const recovered = 100_000;
const intents = 40_000;

const numbers = (count: number): Statement =>
  sql`with recursive number (n) as (select 1 union all select n + 1 from number where n < cast(${count} as bigint))`;

/**
 * What a workspace may have after a month: events that no filter matches, deliveries that were recovered already, and
 * intents that still stand, all for one person.
 */
const statementsFor = ({ organizationId, hookId }: Crowd): Statement[] => {
  const body = 'x'.repeat(1_500);
  const nowMs = Date.now();
  return [
    sql`
      insert into event (id, organization_id, reading_id, task_id, kind, source, previous_assignee_id, new_assignee_id,
                         task_type, priority, body, occurred_at_us, detected_at_ms)
      ${numbers(events)}
      select 'evt_crowd_' || n, ${organizationId}, 'old', 'old-' || n, 'reassigned', 'topo', 'a', 'b', 'CALL', 'HOT',
             ${body}, n, cast(${nowMs} as bigint)
      from number`,
    sql`
      insert into delivery (id, organization_id, hook_id, event_id, order_key, body, state, attempts, created_at_ms,
                            settled_at_ms, retried_as)
      ${numbers(recovered)}
      select 'msg_crowd_' || n, ${organizationId}, ${hookId}, 'evt_' || n, 'old-' || n, ${body}, 'dead', 1, n,
             cast(${nowMs} as bigint), 'msg_again'
      from number`,
    sql`
      insert into intent (id, organization_id, task_id, assignee_user_id, scope, created_at_ms)
      ${numbers(intents)}
      select 'int_crowd_' || n, ${organizationId}, 'task-' || n, 'b', 'TASK', cast(${nowMs} as bigint)
      from number`,
  ];
};

export const crowdSqlite = (path: string, crowd: Crowd): void => {
  const database = new SqliteDatabase(path);
  for (const statement of statementsFor(crowd)) {
    const { text, values } = compile(statement, sqliteDialect);
    database.prepare(text).run(...values);
  }
  database.close();
};

export const crowdPostgres = async (url: string, crowd: Crowd): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const statement of statementsFor(crowd)) {
    const { text, values } = compile(statement, postgresDialect);
    await client.query(text, values);
  }
  // PostgreSQL itself does this after about a minute.
  await client.query('vacuum analyze');
  await client.end();
};
