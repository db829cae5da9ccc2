import { Client, type ClientBase, TypeOverrides } from 'pg';
import { explain } from './translate-postgres-error.ts';

/** Whatever hangs ends within seconds, so that a lost connection or a paused process holds up nobody for long. */
const timeouts = {
  connectionTimeoutMillis: 5_000,
  // For a connection that died without a word.
  query_timeout: 20_000,
};

/** The same, by the database's own clock. They are set in the session: proxies refuse them as parameters of a start. */
const sessionTimeouts = {
  statement_timeout: '15s',
  lock_timeout: '10s',
  idle_in_transaction_session_timeout: '15s',
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

/** What every new connection does first. */
export const beginSession = async (client: Pick<ClientBase, 'query'>): Promise<void> => {
  const settings = Object.keys(sessionTimeouts).map((name, index) => `set_config('${name}', $${index + 1}, false)`);
  await client.query(`select ${settings.join(', ')}`, Object.values(sessionTimeouts));
};

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
    await beginSession(client);
    return client;
  } catch (error) {
    throw explain(error);
  }
};
