import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { startCluster } from '../local-postgres/start-cluster.ts';
import type { Fleet, FleetAddresses } from './fleet.ts';
import { readInFlight, startServers } from './postgres-servers.ts';
import { withClient } from './with-client.ts';

/**
 * The database's clock runs five times as fast, so that what a killed process had claimed is due again after nine
 * seconds instead of 45.
 */
const clockSpeed = 5;

/** By the database's clock, which makes four polls a second of real time. */
const pollIntervalMs = 250 * clockSpeed;

const wakeEveryMs = 400;

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

/** Three processes on a PostgreSQL server of their own. */
export const startPostgresFleet = async (
  addresses: FleetAddresses,
  folder: string,
  binaries: string,
): Promise<Fleet> => {
  const cluster = await startCluster({ binaries, isDurable: false });
  try {
    const servers = await startServers({ ...addresses, databaseUrl: cluster.url, pollIntervalMs, folder });
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
      failOver: undefined,
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
