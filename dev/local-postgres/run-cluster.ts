import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../local-server/free-port.ts';
import { type DatabaseUser, findUser, giveTo } from './database-user.ts';
import { type Guarded, guardProgram } from './guard-program.ts';

/** A PostgreSQL server. It ends with this process at the latest. */
export type Cluster = {
  /** `postgres://user:password@127.0.0.1:port/database` */
  readonly url: string;
  /** Stops the server at once, as a crash of it would; with SIGKILL it does not even end its own processes. */
  kill(signal?: 'QUIT' | 'KILL'): Promise<void>;
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

/** Where the server's files are made: an empty folder of the user's, in which `data` is to be. */
export type ClusterFolder = { folder: string; data: string; user: DatabaseUser };

const readyWithinMs = 30_000;

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

/** A standby is ready when it accepts “read-only connections”. */
const untilReady = ({ child }: Guarded): Promise<void> =>
  new Promise((resolve, reject) => {
    let printed = '';
    const fail = (): void => reject(new Error(`PostgreSQL did not start.\n${printed}`));
    const timer = setTimeout(fail, readyWithinMs);
    child.once('exit', fail);
    child.stderr?.on('data', (chunk: unknown) => {
      printed = `${printed}${String(chunk)}`.slice(-10_000);
      if (!printed.includes('ready to accept')) return;
      clearTimeout(timer);
      child.off('exit', fail);
      resolve();
    });
  });

/**
 * Creates a server in a folder of its own and starts it.
 *
 * @param makeFiles makes its files, and returns its address on a port.
 * @throws Error when it cannot be started; nothing is left behind then.
 */
export const runCluster = async (
  options: ClusterOptions,
  makeFiles: (place: ClusterFolder) => (port: number) => string,
): Promise<Cluster & { data: string; user: DatabaseUser }> => {
  const user = findUser();
  const folder = mkdtempSync(join(tmpdir(), 'topo-for-zapier-postgres-'));
  const data = join(folder, 'data');
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const launch = async (port: number): Promise<Guarded> => {
    const command = [join(options.binaries, 'postgres'), '-D', data, ...settingsOf(folder, port, options.isDurable)];
    const server = guardProgram({ folder, command, user, endsBy: 'QUIT' });
    try {
      await untilReady(server);
      return server;
    } catch (error) {
      await server.end();
      throw error;
    }
  };

  try {
    giveTo(user, folder);
    const urlOn = makeFiles({ folder, data, user });
    const port = await freePort(options.port);
    let server = await launch(port);
    return {
      url: urlOn(port),
      data,
      user,
      kill: (signal) => server.end({ signal: signal ?? 'QUIT', keepsFolder: true }),
      async start() {
        server = await launch(port);
      },
      async stop() {
        await server.end();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
};
