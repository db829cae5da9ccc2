import type { Client } from 'pg';
import type { Inspection } from '../inspection.ts';
import { StoreError } from '../store.ts';
import { connect } from './connect-postgres.ts';
import { knownSchema, readSchema } from './migrate-postgres.ts';
import { refuseUnfinished } from './move-mark.ts';
import { refuseSharedSessions } from './refuse-shared-sessions.ts';
import { explain } from './translate-postgres-error.ts';

type Rights = { may_create: boolean; is_read_only: boolean; has_tables: boolean };

const readRights = async (client: Client): Promise<Rights | undefined> => {
  const { rows } = await client.query<Rights>(`
    select has_schema_privilege(current_schema(), 'create') as may_create,
           current_setting('transaction_read_only') = 'on' as is_read_only,
           to_regclass(format('%I.migration', current_schema())) is not null as has_tables`);
  return rows[0];
};

const look = async (client: Client): Promise<Inspection> => {
  await readSchema(client);
  const rights = await readRights(client);
  if (rights?.is_read_only) {
    const reason = 'The database is read-only: it may be a standby. Let DATABASE_URL name the primary server.';
    return { kind: 'unusable', reason };
  }
  if (rights?.may_create === false) {
    const reason = 'The user of DATABASE_URL may make no tables in its schema. Make it the owner of the schema.';
    return { kind: 'unusable', reason };
  }
  if (rights?.has_tables !== true) return { kind: 'new' };
  const seen = await client.query<{ schema: number }>('select coalesce(max(number), 0) as schema from migration');
  refuseUnfinished(seen.rows[0]?.schema ?? 0);
  const check = await client.query<{ sealed: string }>('select sealed from key_check');
  return {
    kind: 'found',
    schema: seen.rows[0]?.schema ?? 0,
    known: knownSchema,
    keyCheck: check.rows[0]?.sealed,
  };
};

/** Looks into the schema of a URL's user, and changes nothing. */
export const inspectPostgres = async (url: string): Promise<Inspection> => {
  try {
    await refuseSharedSessions(url);
    const client = await connect(url);
    try {
      return await look(client);
    } finally {
      await client.end();
    }
  } catch (error) {
    const explained = explain(error);
    if (!(explained instanceof StoreError)) throw explained;
    return { kind: 'unusable', reason: explained.message };
  }
};
