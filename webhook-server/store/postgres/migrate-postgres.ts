import type { Client } from 'pg';
import { StoreError } from '../store.ts';
import { connect } from './connect-postgres.ts';
import { first } from './migrations/0001-first.ts';
import { order } from './migrations/0002-order.ts';
import { boundedCost } from './migrations/0003-bounded-cost.ts';
import { proof } from './migrations/0004-proof.ts';
import { undecided } from './migrations/0005-undecided.ts';
import { readModel } from './migrations/0006-read-model.ts';
import { people } from './migrations/0007-people.ts';
import { choices } from './migrations/0008-choices.ts';
import { eventTypes } from './migrations/0009-event-types.ts';
import { nudgeAddress } from './migrations/0010-nudge-address.ts';
import { turns } from './migrations/0011-turns.ts';
import { bursts } from './migrations/0012-bursts.ts';
import { memory } from './migrations/0013-memory.ts';
import { handedOver } from './migrations/0014-handed-over.ts';
import { notices } from './migrations/0015-notices.ts';
import { pollSpans } from './migrations/0016-poll-spans.ts';
import { handedOverByTemplate } from './migrations/0017-handed-over-by-template.ts';
import { waitingOrder } from './migrations/0018-waiting-order.ts';
import { refuseUnfinished } from './move-mark.ts';
import { aloneWithinMs, takeTurnAlone } from './proof.ts';
import { explain } from './translate-postgres-error.ts';

const migrations = [
  first,
  order,
  boundedCost,
  proof,
  undecided,
  readModel,
  people,
  choices,
  eventTypes,
  nudgeAddress,
  turns,
  bursts,
  memory,
  handedOver,
  notices,
  pollSpans,
  handedOverByTemplate,
  waitingOrder,
];

/** The schema number of tables that are up to date. */
export const knownSchema = migrations.length;

/** A large table takes its time, and whoever waits for its turn waits for that. */
const patienceMs = 30 * 60_000;

/** Processes that start together take turns, and the later ones find the work done. The number is arbitrary. */
const migrationLock = `select pg_advisory_xact_lock(7464209, hashtext(current_schema()))`;

const refuseNewer = (seen: number): void => {
  refuseUnfinished(seen);
  if (seen <= migrations.length) return;
  throw new StoreError(
    `The database was written by a newer version of this server (schema ${seen}, known here: ${migrations.length}). ` +
      'Start that version, or restore a backup from before it.',
  );
};

/** @throws StoreError when there is no schema, or one that cannot hold every character. */
export const readSchema = async (client: Client): Promise<string> => {
  const { rows } = await client.query<{ schema: string | null; encoding: string }>(
    `select current_schema() as schema, current_setting('server_encoding') as encoding`,
  );
  const { schema = null, encoding } = rows[0] ?? {};
  if (encoding !== 'UTF8') {
    throw new StoreError('The database cannot hold every character. Create it anew with the encoding UTF8.');
  }
  if (schema === null) throw new StoreError('The user of DATABASE_URL has no schema to create tables in.');
  return schema;
};

/** All or nothing: PostgreSQL undoes changes of tables like any other. */
const applyMigrations = async (client: Client): Promise<void> => {
  await client.query('begin; set local statement_timeout = 0; set local lock_timeout = 0');
  await client.query(migrationLock);
  await client.query('create table if not exists migration (number integer primary key, done_at timestamptz not null)');
  const { rows } = await client.query<{ seen: number }>('select coalesce(max(number), 0) as seen from migration');
  const seen = rows[0]?.seen ?? 0;
  refuseNewer(seen);
  if (seen < migrations.length) {
    // Servers of an older version go on until here, and find at their next transaction that they are outdated.
    await client.query(`set local lock_timeout = ${aloneWithinMs}`);
    await client.query(takeTurnAlone);
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < seen) continue;
    await client.query(migration);
    await client.query('insert into migration (number, done_at) values ($1, now())', [index + 1]);
  }
  await client.query('commit');
};

/**
 * Brings the tables up to date, in the current schema of the URL's user. Returns that schema's name, and the schema
 * number that the tables have by now.
 *
 * @throws StoreError when the database cannot be used, or a newer program has written it.
 */
export const migrate = async (url: string): Promise<{ schema: string; schemaNumber: number }> => {
  const client = await connect(url, { query_timeout: patienceMs });
  try {
    const schema = await readSchema(client);
    await applyMigrations(client);
    return { schema, schemaNumber: migrations.length };
  } catch (error) {
    throw explain(error);
  } finally {
    await client.end();
  }
};
