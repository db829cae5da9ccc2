import { Client, TypeOverrides } from 'pg';
import { explain } from './translate-postgres-error.ts';

/** Whatever hangs ends within seconds, so that a lost connection or a paused process holds up nobody for long. */
const timeouts = {
  connectionTimeoutMillis: 5_000,
  statement_timeout: 15_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 15_000,
  // Ours, for a connection that died without a word.
  query_timeout: 20_000,
};

const int8 = 20;
const jsonb = 3802;

/** `bigint` as a number: ours are times and counts, far below 2^53. */
const types = new TypeOverrides();
types.setTypeParser(int8, Number);
// JSON as its text, as SQLite keeps it.
types.setTypeParser(jsonb, String);

/** How every connection to the database is made. */
export const connectionOptions = (url: string) => ({
  connectionString: url,
  application_name: 'topo-for-zapier',
  keepAlive: true,
  types,
  ...timeouts,
});

/**
 * Makes a connection of its own, outside the pool.
 *
 * @param options what differs from the usual.
 * @throws StoreError when there is none to be had.
 */
export const connect = async (url: string, options: { query_timeout?: number } = {}): Promise<Client> => {
  try {
    const client = new Client({ ...connectionOptions(url), ...options });
    // What is lost is told by the next statement.
    client.on('error', () => {});
    await client.connect();
    return client;
  } catch (error) {
    throw explain(error);
  }
};
