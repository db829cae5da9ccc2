import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { startCluster } from '../local-postgres/start-cluster.ts';
import { startWebhookServer, type WebhookServer } from '../local-server/start-webhook-server.ts';
import type { Fleet, FleetAddresses } from './fleet.ts';
import type { InFlight } from './ledger.ts';

const processes = 3;

/**
 * The database's clock runs five times as fast, so that what a killed process had claimed is due again after nine
 * seconds instead of 45.
 */
const clockSpeed = 5;

/** By the database's clock, which makes four polls a second of real time. */
const pollIntervalMs = 250 * clockSpeed;

const wakeEveryMs = 400;

const withClient = async <Totals>(url: string, use: (client: Client) => Promise<Totals>): Promise<Totals> => {
  const client = new Client({ connectionString: url });
  // The failing statement reports a lost connection.
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};

const speedUpClock = (url: string): Promise<unknown> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ now_ms: string }>('select now_ms()');
    const startMs = Number(rows[0]?.now_ms);
    await client.query(`
      create or replace function now_ms() returns bigint language sql volatile as $$
        select ${startMs} + floor((extract(epoch from clock_timestamp()) * 1000 - ${startMs}) * ${clockSpeed})::bigint $$`);
  });

/**
 * The processes ask the database's fast clock how long to sleep, and then sleep by their own slow clocks. So this wakes
 * them, as another process with new work would, until the signal is aborted.
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

const readInFlight = (url: string): Promise<InFlight[]> =>
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

const startServers = async (url: string, addresses: FleetAddresses, folder: string): Promise<WebhookServer[]> => {
  const environment = {
    DATABASE_URL: url,
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    POLL_INTERVAL_MS: String(pollIntervalMs),
    POLL_IDLE_INTERVAL_MS: String(pollIntervalMs),
    TOPO_REQUESTS_PER_MINUTE: '6000',
  };
  const start = () => startWebhookServer({ ...addresses, dataFolder: mkdtempSync(join(folder, 'data-')), environment });
  const started = await Promise.allSettled(Array.from({ length: processes }, start));
  const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return servers;
  await Promise.all(servers.map((server) => server.kill()));
  throw failed.reason;
};

/** Three processes on a PostgreSQL server of their own. */
export const startPostgresFleet = async (
  addresses: FleetAddresses,
  folder: string,
  binaries: string,
): Promise<Fleet> => {
  const cluster = await startCluster({ binaries, isDurable: false });
  try {
    const servers = await startServers(cluster.url, addresses, folder);
    await speedUpClock(cluster.url);
    const closing = new AbortController();
    const waking = keepWaking(cluster.url, closing.signal);
    return {
      servers,
      readInFlight: () => readInFlight(cluster.url),
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
