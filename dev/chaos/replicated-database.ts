import type { Cluster, ClusterOptions } from '../local-postgres/run-cluster.ts';
import { startCluster } from '../local-postgres/start-cluster.ts';
import { type Standby, standbyName, startStandby } from '../local-postgres/start-standby.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { withClient } from './with-client.ts';

/** A primary with a standby that it waits for: what is acknowledged is on both disks. */
export type ReplicatedDatabase = {
  /** The address of the present primary. */
  readonly url: string;
  /** Gives the present primary a standby if it has none, and lets commits wait for it. */
  replicate(): Promise<void>;
  /** Kills the primary, every other time with SIGKILL, and makes the standby the primary. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
};

const isInStep = (primaryUrl: string): Promise<boolean> =>
  withClient(primaryUrl, async (client) => {
    const { rows } = await client.query<{ sync_state: string }>(
      'select sync_state from pg_stat_replication where application_name = $1',
      [standbyName],
    );
    return rows[0]?.sync_state === 'sync';
  });

const waitForStandby = async (primaryUrl: string): Promise<void> => {
  await withClient(primaryUrl, async (client) => {
    await client.query(`alter system set synchronous_standby_names = ${client.escapeLiteral(standbyName)}`);
    await client.query('select pg_reload_conf()');
  });
  await waitUntil('the standby follows in step', () => isInStep(primaryUrl), { withinMs: 30_000 });
};

/** Starts a primary; both disks are written as in production (fsync). */
export const startReplicatedDatabase = async (binaries: string): Promise<ReplicatedDatabase> => {
  const options: ClusterOptions = { binaries, isDurable: true };
  const clusters: Cluster[] = [];
  let primary: Cluster = await startCluster(options);
  let standby: Standby | undefined;
  let failOvers = 0;
  clusters.push(primary);

  return {
    get url() {
      return primary.url;
    },
    async replicate() {
      if (standby !== undefined) return;
      standby = await startStandby(primary.url, options);
      clusters.push(standby);
      await waitForStandby(primary.url);
    },
    async failOver() {
      if (standby === undefined) throw new Error('There is no standby to promote.');
      failOvers += 1;
      await primary.kill(failOvers % 2 === 1 ? 'KILL' : 'QUIT');
      standby.promote();
      primary = standby;
      standby = undefined;
    },
    async stop() {
      for (const cluster of clusters.toReversed()) await cluster.stop();
    },
  };
};
