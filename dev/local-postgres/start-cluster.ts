import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../local-server/free-port.ts';

/** A PostgreSQL server with an empty database. It ends with this process at the latest. */
export type Cluster = {
  /** `postgres://user:password@127.0.0.1:port/database` */
  readonly url: string;
  /** Stops the server at once, as a crash of it would. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, with the data that it had. */
  start(): Promise<void>;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
};

export type ClusterOptions = {
  /** The folder with `initdb` and `postgres`. */
  binaries: string;
  /** Preferred; without it any free one. */
  port?: number;
  /**
   * Whether every commit waits for the disk, as in production: whatever claims a figure needs that. Tests do without,
   * which is faster. Either way commits survive `kill`, because the system keeps what the server has written.
   */
  isDurable: boolean;
};

type User = { uid?: number; gid?: number };

const readyWithinMs = 30_000;
const stopWithinMs = 10_000;

const databaseName = 'topo';

const numberOf = (flag: string, user: string): number =>
  Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }));

/** PostgreSQL refuses to run as root; Debian's package made a user for it. */
const findUser = (): User => {
  if (process.getuid?.() !== 0) return {};
  try {
    return { uid: numberOf('-u', 'postgres'), gid: numberOf('-g', 'postgres') };
  } catch (cause) {
    throw new Error(
      'PostgreSQL refuses to run as root, and no user “postgres” exists here. Run this as another user.',
      {
        cause,
      },
    );
  }
};

/** Creates the server's files. They are thrown away at the end, so only commits wait for the disk. */
const initialize = (folder: string, { binaries }: ClusterOptions, password: string, user: User): void => {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user.uid !== undefined && user.gid !== undefined) {
    chownSync(folder, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  execFileSync(
    join(binaries, 'initdb'),
    [
      ...['--pgdata', join(folder, 'data'), '--username', databaseName, '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions'],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...user },
  );
  rmSync(passwordFile);
};

const settingsOf = (folder: string, port: number, isDurable: boolean): string[] => {
  const durability = isDurable ? 'on' : 'off';
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    max_connections: 200,
    fsync: durability,
    full_page_writes: durability,
    synchronous_commit: 'on',
    log_checkpoints: 'off',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
};

/**
 * Runs the server under a shell that waits for the end of its input. That comes when this process ends, however it
 * ends. Then the shell stops the server and removes its folder, unless it has read “keep” before.
 */
const underShell = `
exec 3<&0
folder=$1
shift
"$@" </dev/null 3<&- &
server=$!
{
  read -r word <&3
  kill -QUIT "$server"
  if [ "$word" != keep ]; then
    while kill -0 "$server"; do sleep 0.1; done
    rm -rf "$folder"
  fi
} 2>/dev/null &
wait "$server"`;

const spawnServer = (folder: string, port: number, { binaries, isDurable }: ClusterOptions, user: User): ChildProcess =>
  spawn(
    'sh',
    [
      ...['-c', underShell, 'sh', folder],
      ...[join(binaries, 'postgres'), '-D', join(folder, 'data'), ...settingsOf(folder, port, isDurable)],
    ],
    { cwd: '/', stdio: ['pipe', 'ignore', 'pipe'], detached: true, ...user },
  );

const untilReady = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let printed = '';
    const fail = (): void => reject(new Error(`PostgreSQL did not start.\n${printed}`));
    const timer = setTimeout(fail, readyWithinMs);
    server.once('exit', fail);
    server.stderr?.on('data', (chunk: unknown) => {
      printed = `${printed}${String(chunk)}`.slice(-10_000);
      if (!printed.includes('ready to accept connections')) return;
      clearTimeout(timer);
      server.off('exit', fail);
      resolve();
    });
  });

const end = async (server: ChildProcess, word = ''): Promise<void> => {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.stdin?.end(word);
  const timer = setTimeout(() => server.kill('SIGKILL'), stopWithinMs);
  await exited;
  clearTimeout(timer);
};

/**
 * Creates a server in a folder of its own and starts it. It listens on 127.0.0.1 alone and asks for a password.
 *
 * @throws Error when it cannot be started; nothing is left behind then.
 */
export const startCluster = async (options: ClusterOptions): Promise<Cluster> => {
  const user = findUser();
  const folder = mkdtempSync(join(tmpdir(), 'topo-for-zapier-postgres-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const launch = async (port: number): Promise<ChildProcess> => {
    const server = spawnServer(folder, port, options, user);
    try {
      await untilReady(server);
      return server;
    } catch (error) {
      await end(server);
      throw error;
    }
  };

  try {
    const password = randomBytes(12).toString('hex');
    initialize(folder, options, password, user);
    const port = await freePort(options.port);
    let server = await launch(port);
    return {
      url: `postgres://${databaseName}:${password}@127.0.0.1:${port}/postgres`,
      kill: () => end(server, 'keep\n'),
      async start() {
        server = await launch(port);
      },
      async stop() {
        await end(server);
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
};
