import { Client } from 'pg';

/** What a database has done so far. */
export type DatabaseLoad = {
  /** For how long connections were busy with statements, all of them together, in milliseconds. */
  busyMs: number;
  commits: number;
};

type Row = { busy_ms: number; commits: number };

/** PostgreSQL counts this itself, and shows it within about a second. */
export const readDatabaseLoad = async (url: string): Promise<DatabaseLoad> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(`
      select active_time as busy_ms, xact_commit::float8 as commits
      from pg_stat_database where datname = current_database()`);
    return { busyMs: rows[0]?.busy_ms ?? 0, commits: rows[0]?.commits ?? 0 };
  } finally {
    await client.end();
  }
};

/** What was done between two readings. */
export const loadBetween = (before: DatabaseLoad, after: DatabaseLoad): DatabaseLoad => ({
  busyMs: after.busyMs - before.busyMs,
  commits: after.commits - before.commits,
});
