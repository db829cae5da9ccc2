import SqliteDatabase from 'better-sqlite3';
import { Client } from 'pg';
import { dialect as postgresDialect } from '../../webhook-server/store/postgres/postgres-dialect.ts';
import { compile, type Statement, sql } from '../../webhook-server/store/sql.ts';
import { dialect as sqliteDialect } from '../../webhook-server/store/sqlite/sqlite-dialect.ts';

/** Whose history it is. Its hooks have listened from its beginning on. */
export type HistoryOwner = { organizationId: string; hookIds: readonly string[] };

const historyDays = 29;
const people = 6;
const templates = 4;
const runs = 50_000;
const contacts = 20_000;
const tasks = 100_000;
const openTasks = 20_000;

const dayMs = 24 * 3_600_000;
const minuteMs = 60_000;

const uuid = (kind: string): string => `${kind}0000000-0000-4000-8000-00000000000`;

/** Ids of the history, as requests ask for them. */
export const historyIds = {
  person: (index: number) => `${uuid('1')}${index}`,
  template: (index: number) => `${uuid('2')}${index}`,
  event: (number: number) => `evt_${100_000_000 + number}`,
  delivery: (number: number) => `msg_${100_000_000 + number}`,
};

const nobody = { user_id: null, name: null, email: null };
const task = {
  id: `${uuid('3')}0`,
  type: 'CALL',
  priority: 'HOT',
  sequence_id: 'run-1',
  assignee_user_id: historyIds.person(1),
  updated_at: '2026-03-02T09:00:00.000Z',
  note: 'x'.repeat(200),
};

/** An event as long as a real one; what is in it beyond its id is the same for all. */
const body = JSON.stringify({
  id: '@id',
  type: 'task.reassigned',
  kind: 'reassigned',
  occurred_at: '2026-03-02T09:00:00.000Z',
  detected_at: '2026-03-02T09:00:10.000Z',
  source: 'topo',
  batch_id: 'bat_1',
  batch_size: 1,
  previous_assignee: nobody,
  new_assignee: { user_id: historyIds.person(1), name: 'Somebody', email: 'somebody@example.com' },
  task,
  sequence_template_id: historyIds.template(0),
  changes: [{ task, previous_assignee: nobody }],
  changes_count: 1,
});

const numbers = (count: number): Statement =>
  sql`with recursive number (n) as (
    select cast(1 as bigint) union all select n + 1 from number where n < cast(${count} as bigint))`;

/** The first hooks were told the first half, the last ones the rest: some Zaps have been quiet for long. */
const hookAt = (hookIds: readonly string[], rows: number): Statement => {
  const atOnce = Math.ceil(hookIds.length / 2);
  const later = hookIds.length - atOnce;
  const place = sql`n % ${atOnce} + case when n * 2 > ${rows} then ${later} else 0 end`;
  const cases = hookIds.map((hookId, index) => sql` when ${index} then ${hookId}`);
  return { pieces: [sql`case ${place}`, ...cases, sql` end`].flatMap(({ pieces }) => pieces) };
};

/** A month of a busy workspace, in the words of both databases. To SQLite `||` comes before `%`. */
const statementsFor = ({ organizationId, hookIds }: HistoryOwner, rows: number): Statement[] => {
  const endMs = Date.now() - minuteMs;
  const startMs = endMs - historyDays * dayMs;
  const stepMs = Math.floor((endMs - startMs) / rows);
  const atMs = sql`(cast(${startMs} as bigint) + n * ${stepMs})`;
  const firstMinuteMs = startMs - (startMs % minuteMs);
  return [
    sql`update hook set created_at_ms = ${startMs} where organization_id = ${organizationId}`,
    sql`update hook_version set from_ms = ${startMs}`,
    sql`
      insert into event (id, organization_id, reading_id, task_id, sequence_id, sequence_template_id, type, kind, source,
                         previous_assignee_id, new_assignee_id, task_type, priority, body, occurred_at_us, detected_at_ms)
      ${numbers(rows)}
      select 'evt_' || (100000000 + n), ${organizationId}, 'old', 'old-' || (n % ${tasks}), 'run-' || (n % ${runs}),
             cast(${uuid('2')} as text) || (n % ${templates}), case when n % 10 = 9 then 'task.closed' else 'task.reassigned' end,
             case when n % 10 = 9 then 'closed' else 'reassigned' end,
             case when n % 10 = 0 then 'zapier' else 'topo' end, cast(${uuid('1')} as text) || (n % ${people}),
             case when n % 10 = 9 then null else cast(${uuid('1')} as text) || ((n + 1 + n / 6 % 5) % ${people}) end,
             'CALL', 'HOT', replace(${body}, '@id', 'evt_' || (100000000 + n)), ${atMs} * 1000, ${atMs}
      from number`,
    sql`
      insert into handed_over (organization_id, hour_ms, previous_id, new_id, source, template_id, times)
      select organization_id, occurred_at_us / 3600000000 * 3600000, previous_assignee_id, new_assignee_id, source,
             sequence_template_id, count(*)
      from event where organization_id = ${organizationId} and type = 'task.reassigned' and body is not null
      group by 1, 2, 3, 4, 5, 6`,
    sql`
      insert into delivery (id, organization_id, hook_id, event_id, order_key, body, state, attempts, reason, status,
                            tries, created_at_ms, settled_at_ms)
      ${numbers(rows)}
      select 'msg_' || (100000000 + n), ${organizationId}, ${hookAt(hookIds, rows)}, 'evt_' || (100000000 + n),
             'run-' || (n % ${runs}), ${body},
             case n % 1000 when 0 then 'dead' when 1 then 'dropped' else 'delivered' end, 1,
             case when n % 1000 < 2 then 'the target answered 500' end, case when n % 1000 < 2 then 500 else 200 end,
             '[1,' || ${atMs} || ',20,200,"delivered",null]', ${atMs}, ${atMs} + 300
      from number`,
    sql`
      insert into poll_span (organization_id, from_ms, last_minute_ms, well, failed, limited, reason, next_at_ms)
      ${numbers(historyDays)}
      select ${organizationId}, cast(${firstMinuteMs} as bigint) + (n - 1) * ${dayMs},
             cast(${firstMinuteMs - minuteMs} as bigint) + n * ${dayMs}, 5760, 0, 0, null,
             cast(${firstMinuteMs} as bigint) + n * ${dayMs}
      from number
      where true
      on conflict do nothing`,
    sql`
      insert into person (organization_id, user_id, name)
      ${numbers(people)}
      select ${organizationId}, cast(${uuid('1')} as text) || (n - 1), 'Person ' || n from number`,
    sql`
      insert into template (organization_id, template_id, name, wanted_at_ms, fetched_at_ms)
      ${numbers(templates)}
      select ${organizationId}, cast(${uuid('2')} as text) || (n - 1), 'Template ' || n, 0, cast(${endMs} as bigint) from number`,
    sql`
      insert into contact (organization_id, contact_id, name, search, wanted_at_ms, fetched_at_ms)
      ${numbers(contacts)}
      select ${organizationId}, 'contact-' || n, 'Contact ' || n, 'contact ' || n, 0, cast(${endMs} as bigint) from number`,
    sql`
      insert into sequence (organization_id, sequence_id, sequence_template_id, contact_id, wanted_at_ms, fetched_at_ms,
                            told_at_ms)
      ${numbers(runs)}
      select ${organizationId}, 'run-' || (n - 1), cast(${uuid('2')} as text) || (n % ${templates}), 'contact-' || (1 + n % ${contacts}),
             0, cast(${endMs} as bigint), cast(${endMs} as bigint)
      from number`,
    sql`
      insert into snapshot (organization_id, task_id, sequence_id, assignee_user_id, created_at_us, updated_at_us, task,
                            task_type, priority, status, is_open)
      ${numbers(tasks)}
      select ${organizationId}, 'old-' || n, 'run-' || (n % ${runs}), cast(${uuid('1')} as text) || (n % ${people}),
             ${startMs * 1000} + n, ${startMs * 1000} + n,
             '{"id":"old-' || n || '","type":"CALL","sequence_id":null,"assignee_user_id":null,"updated_at":"t"}',
             'CALL', 'HOT', 'PENDING', n <= ${openTasks}
      from number`,
  ];
};

/** Fills a file that no server has open. */
export const fillSqlite = (path: string, owner: HistoryOwner, rows: number): void => {
  const database = new SqliteDatabase(path);
  database.pragma('cache_size = -500000');
  for (const statement of statementsFor(owner, rows)) {
    const { text, values } = compile(statement, sqliteDialect);
    database.prepare(text).run(...values);
  }
  database.close();
};

export const fillPostgres = async (url: string, owner: HistoryOwner, rows: number): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statementsFor(owner, rows)) {
      const { text, values } = compile(statement, postgresDialect);
      await client.query(text, values);
    }
    // PostgreSQL itself does this after about a minute.
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
};
