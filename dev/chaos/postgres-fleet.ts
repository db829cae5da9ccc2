import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { startCluster } from '../local-postgres/start-cluster.ts';
import { startWebhookServer, type WebhookServer } from '../local-server/start-webhook-server.ts';
import type { Fleet, Surroundings } from './fleet.ts';
import type { UnderWay } from './ledger.ts';

const processes = 3;

/**
 * Leases run by the database's clock, which is five times as fast here: what a killed process had taken is due again
 * after nine seconds instead of 45.
 */
const clockSpeed = 5;

/** By the database's clock: four polls a second of ours. */
const pollIntervalMs = 250 * clockSpeed;

const wakeEveryMs = 400;

const withClient = async <Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> => {
  const client = new Client({ connectionString: url });
  // What is lost is told by the statement.
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};

const hastenClock = (url: string): Promise<unknown> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ now_ms: string }>('select now_ms()');
    const startMs = Number(rows[0]?.now_ms);
    await client.query(`
      create or replace function now_ms() returns bigint language sql volatile as $$
        select ${startMs} + floor((extract(epoch from clock_timestamp()) * 1000 - ${startMs}) * ${clockSpeed})::bigint $$`);
  });

/**
 * The processes sleep by their own clocks for as long as the database's says that nothing is due: they are woken, as by
 * another process that has made work, until the signal is aborted.
 */
const keepWaking = async (url: string, signal: AbortSignal): Promise<void> => {
  const wake = (client: Client) =>
    client.query(`
      select pg_notify('topo_for_zapier public', topic || ' the fast clock') from unnest(array['poll', 'deliver']) as topic`);
  while (!signal.aborted) {
    await delay(wakeEveryMs);
    // The database may be starting again.
    await withClient(url, wake).catch(() => undefined);
  }
};

const readUnderWay = (url: string): Promise<UnderWay[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ id: string; attempts: number; certainty: string | null }>(
      `select id, attempts, certainty from delivery where state = 'waiting' and lease is not null`,
    );
    return rows.map(({ id, attempts, certainty }) => ({
      webhookId: id,
      attempt: attempts,
      isAmbiguous: certainty === 'ambiguous',
    }));
  });

const startServers = async (url: string, surroundings: Surroundings, folder: string): Promise<WebhookServer[]> => {
  const environment = {
    DATABASE_URL: url,
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    POLL_INTERVAL_MS: String(pollIntervalMs),
    POLL_IDLE_INTERVAL_MS: String(pollIntervalMs),
    TOPO_REQUESTS_PER_MINUTE: '6000',
  };
  const start = () =>
    startWebhookServer({ ...surroundings, dataFolder: mkdtempSync(join(folder, 'data-')), environment });
  const started = await Promise.allSettled(Array.from({ length: processes }, start));
  const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return servers;
  await Promise.all(servers.map((server) => server.kill()));
  throw failed.reason;
};

/** Three processes on a PostgreSQL server of their own. */
export const startPostgresFleet = async (
  surroundings: Surroundings,
  folder: string,
  binaries: string,
): Promise<Fleet> => {
  const cluster = await startCluster({ binaries, isDurable: false });
  try {
    const servers = await startServers(cluster.url, surroundings, folder);
    await hastenClock(cluster.url);
    const closing = new AbortController();
    const waking = keepWaking(cluster.url, closing.signal);
    return {
      servers,
      readUnderWay: () => readUnderWay(cluster.url),
      async restartDatabase() {
        await cluster.kill();
        await cluster.start();
      },
      async close() {
        closing.abort();
        await waking;
        await Promise.all(servers.map((server) => server.kill()));
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
};
