import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { StoreError } from '../store.ts';
import { connect } from './connect-postgres.ts';
import { explain } from './translate-postgres-error.ts';

/** A setting that nobody else has. */
const marker = 'topo_for_zapier.session';

const readMark = async (client: Client): Promise<string | null> => {
  const { rows } = await client.query<{ mark: string | null }>(`select current_setting('${marker}', true) as mark`);
  return rows[0]?.mark ?? null;
};

/**
 * Whether two connections share one session. A proxy that pools by transaction hands the session of one to the next that
 * begins a transaction, so what the first one set is there, or is gone.
 */
const sharesSessions = async (first: Client, second: Client): Promise<boolean> => {
  const mark = randomUUID();
  await first.query(`select set_config('${marker}', $1, false)`, [mark]);
  await second.query('begin');
  const seenBySecond = await readMark(second);
  const seenByFirst = await readMark(first);
  await second.query('rollback');
  return seenBySecond === mark || seenByFirst !== mark;
};

/**
 * Hearing of each other's work, time-outs and prepared statements belong to a session.
 *
 * @throws StoreError when a proxy before the database gives no session of its own to each connection.
 */
export const refuseSharedSessions = async (url: string): Promise<void> => {
  const first = await connect(url);
  try {
    const second = await connect(url);
    try {
      if (!(await sharesSessions(first, second))) return;
    } finally {
      await second.end();
    }
  } catch (error) {
    throw explain(error);
  } finally {
    await first.end();
  }
  throw new StoreError(
    'The proxy before the database (PgBouncer, or one like it) pools connections by transaction. This server needs a ' +
      'session for each connection: set `pool_mode = session` for its database, or let DATABASE_URL name PostgreSQL itself.',
  );
};
