import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { startWebhookServer, type WebhookServer } from '../local-server/start-webhook-server.ts';
import { metricsToken } from './fetch-metrics.ts';
import type { FleetAddresses } from './fleet.ts';
import type { InFlight } from './ledger.ts';
import { withClient } from './with-client.ts';

const processes = 3;

export type ServersOptions = FleetAddresses & { databaseUrl: string; pollIntervalMs: number; folder: string };

/** Starts three processes on one database; all or none. */
export const startServers = async ({
  databaseUrl,
  pollIntervalMs,
  folder,
  ...addresses
}: ServersOptions): Promise<WebhookServer[]> => {
  const environment = {
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    POLL_INTERVAL_MS: String(pollIntervalMs),
    POLL_IDLE_INTERVAL_MS: String(pollIntervalMs),
    TOPO_REQUESTS_PER_MINUTE: '6000',
    METRICS_TOKEN: metricsToken,
  };
  const start = () => startWebhookServer({ ...addresses, dataFolder: mkdtempSync(join(folder, 'data-')), environment });
  const started = await Promise.allSettled(Array.from({ length: processes }, start));
  const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return servers;
  await Promise.all(servers.map((server) => server.kill()));
  throw failed.reason;
};

/** Reads which deliveries are claimed and not settled. */
export const readInFlight = (databaseUrl: string): Promise<InFlight[]> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ id: string; attempts: number; certainty: string | null }>(
      `select id, attempts, certainty from delivery where state = 'waiting' and lease is not null`,
    );
    return rows.map(({ id, attempts, certainty }) => ({
      webhookId: id,
      attempt: attempts,
      isAmbiguous: certainty === 'ambiguous',
    }));
  });
