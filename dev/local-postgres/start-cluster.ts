import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo } from './database-user.ts';
import { type Cluster, type ClusterFolder, type ClusterOptions, runCluster } from './run-cluster.ts';

const databaseName = 'topo';

/** Creates the server's files. They are thrown away at the end, so only commits wait for the disk. */
const initialize = ({ folder, data, user }: ClusterFolder, binaries: string, password: string): void => {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  giveTo(user, passwordFile);
  execFileSync(
    join(binaries, 'initdb'),
    [
      ...['--pgdata', data, '--username', databaseName, '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions'],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...user },
  );
  rmSync(passwordFile);
};

/**
 * Creates a server with an empty database and starts it. It listens on 127.0.0.1 alone and asks for a password.
 *
 * @throws Error when it cannot be started; nothing is left behind then.
 */
export const startCluster = (options: ClusterOptions): Promise<Cluster> =>
  runCluster(options, (place) => {
    const password = randomBytes(12).toString('hex');
    initialize(place, options.binaries, password);
    return (port) => `postgres://${databaseName}:${password}@127.0.0.1:${port}/postgres`;
  });
