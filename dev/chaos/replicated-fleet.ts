import { type PgBouncer, startPgBouncer } from '../local-postgres/start-pgbouncer.ts';
import type { Fleet, FleetAddresses } from './fleet.ts';
import { readInFlight, startServers } from './postgres-servers.ts';
import { type ReplicatedDatabase, startReplicatedDatabase } from './replicated-database.ts';

const pollIntervalMs = 250;

/** Its own default keeps everybody waiting for 15 seconds after one connection that failed. */
const settings = { server_login_retry: 1 };

const startBefore = async (
  database: ReplicatedDatabase,
  bouncer: PgBouncer,
  addresses: FleetAddresses,
  folder: string,
): Promise<Fleet> => {
  const servers = await startServers({ ...addresses, databaseUrl: bouncer.url, pollIntervalMs, folder });
  return {
    servers,
    readInFlight: () => readInFlight(database.url),
    restartDatabase: undefined,
    failOver: {
      prepare: database.replicate,
      async run() {
        await database.failOver();
        const inFlight = await readInFlight(database.url);
        bouncer.switchTo(database.url);
        return inFlight;
      },
    },
    async close() {
      await Promise.all(servers.map((server) => server.kill()));
      await bouncer.stop();
      await database.stop();
    },
  };
};

/**
 * Three processes on a PostgreSQL server with a synchronous standby, behind PgBouncer in session mode. The clock is the
 * real one, so that what is measured is true.
 */
export const startReplicatedFleet = async (
  addresses: FleetAddresses,
  folder: string,
  binaries: string,
): Promise<Fleet> => {
  const database = await startReplicatedDatabase(binaries);
  let bouncer: PgBouncer | undefined;
  try {
    await database.replicate();
    bouncer = await startPgBouncer(database.url, { poolMode: 'session', settings });
    return await startBefore(database, bouncer, addresses, folder);
  } catch (error) {
    await bouncer?.stop();
    await database.stop();
    throw error;
  }
};
