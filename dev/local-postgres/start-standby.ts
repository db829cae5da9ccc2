import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Cluster, type ClusterOptions, runCluster } from './run-cluster.ts';

/** What a standby calls itself, as `synchronous_standby_names` of its primary has to name it. */
export const standbyName = 'standby';

export type Standby = Cluster & {
  /** Makes it a primary of its own; resolves when it can be written to. */
  promote(): void;
};

/**
 * Copies a running server, starts the copy, and lets it follow.
 *
 * @param primaryUrl the address of the server to follow, whose user and password it keeps.
 * @throws Error when it cannot be started; nothing is left behind then.
 */
export const startStandby = async (primaryUrl: string, options: ClusterOptions): Promise<Standby> => {
  const followed = new URL(primaryUrl);
  followed.searchParams.set('application_name', standbyName);
  const cluster = await runCluster(options, ({ folder, data, user }) => {
    execFileSync(
      join(options.binaries, 'pg_basebackup'),
      [
        ...['--pgdata', data, '--dbname', followed.href, '--write-recovery-conf'],
        ...['--checkpoint', 'fast', '--wal-method', 'stream', '--no-sync'],
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...user },
    );
    return (port) => {
      const url = new URL(primaryUrl);
      url.port = String(port);
      return url.href;
    };
  });
  return {
    ...cluster,
    promote() {
      execFileSync(join(options.binaries, 'pg_ctl'), ['promote', '--wait', '-D', cluster.data], {
        cwd: '/',
        stdio: ['ignore', 'ignore', 'pipe'],
        ...cluster.user,
      });
    },
  };
};
