import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { startWebhookServer } from '../local-server/start-webhook-server.ts';
import { metricsToken } from './fetch-metrics.ts';
import type { Fleet, FleetAddresses } from './fleet.ts';
import type { InFlight } from './ledger.ts';

type Row = { id: string; attempts: number; certainty: string | null };

/** Reads a copy, so that the next start finds the files as the kill left them. */
const readCopy = (from: string, parent: string): InFlight[] => {
  const name = 'topo-for-zapier.sqlite';
  const to = mkdtempSync(join(parent, 'copy-'));
  for (const file of [name, `${name}-wal`]) {
    if (existsSync(join(from, file))) copyFileSync(join(from, file), join(to, file));
  }
  const database = new SqliteDatabase(join(to, name));
  try {
    const rows = database
      .prepare<[], Row>(`select id, attempts, certainty from delivery where state = 'waiting' and lease is not null`)
      .all();
    return rows.map(({ id, attempts, certainty }) => ({
      webhookId: id,
      attempt: attempts,
      isAmbiguous: certainty === 'ambiguous',
    }));
  } finally {
    database.close();
    rmSync(to, { recursive: true });
  }
};

/** One process, because only one may use a file. Its data is in `folder`. */
export const startSqliteFleet = async (addresses: FleetAddresses, folder: string): Promise<Fleet> => {
  const dataFolder = mkdtempSync(join(folder, 'data-'));
  const server = await startWebhookServer({ ...addresses, dataFolder, environment: { METRICS_TOKEN: metricsToken } });
  return {
    servers: [server],
    readInFlight: async () => readCopy(dataFolder, folder),
    restartDatabase: undefined,
    failOver: undefined,
    close: () => server.kill(),
  };
};
