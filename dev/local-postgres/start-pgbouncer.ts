import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../local-server/free-port.ts';
import { waitUntil } from '../local-server/wait-until.ts';
import { findUser, giveTo } from './database-user.ts';
import { guardProgram } from './guard-program.ts';

/** Where Debian puts it. */
const program = '/usr/sbin/pgbouncer';

/** Whether this machine has PgBouncer. */
export const hasPgBouncer = existsSync(program);

/** PgBouncer before a database. It ends with this process at the latest. */
export type PgBouncer = {
  /** The address of the database behind it. */
  readonly url: string;
  /** Sends new connections to another server. Connections that there are stay where they are. */
  switchTo(databaseUrl: string): void;
  stop(): Promise<void>;
};

export type PgBouncerOptions = {
  poolMode: 'session' | 'transaction';
  /** What differs from the settings that it has without being told otherwise. */
  settings?: Readonly<Record<string, string | number>>;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const describe = ({ hostname, port, username, password }: URL): string =>
  `* = host=${hostname} port=${port} user=${username} password=${password}`;

/** Starts it with everything in a folder of its own; whoever reaches its port may use the database. */
export const startPgBouncer = async (databaseUrl: string, options: PgBouncerOptions): Promise<PgBouncer> => {
  const user = findUser();
  const folder = mkdtempSync(join(tmpdir(), 'topo-for-zapier-pgbouncer-'));
  const configuration = join(folder, 'pgbouncer.ini');
  const pidFile = join(folder, 'pid');
  const port = await freePort();
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    pidfile: pidFile,
    auth_type: 'any',
    pool_mode: options.poolMode,
    ...options.settings,
  };
  const configure = (url: string): void => {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    writeFileSync(configuration, ['[databases]', describe(new URL(url)), '[pgbouncer]', ...lines, ''].join('\n'), {
      mode: 0o600,
    });
    giveTo(user, folder, configuration);
  };

  configure(databaseUrl);
  const running = guardProgram({ folder, command: [program, configuration], user, endsBy: 'TERM' });
  // It writes a line for each connection, which nobody reads.
  running.child.stderr?.resume();
  const stop = async (): Promise<void> => {
    await running.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await waitUntil('PgBouncer answers', () => answers(port), { withinMs: 10_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  const { username, pathname } = new URL(databaseUrl);
  return {
    url: `postgres://${username}@127.0.0.1:${port}${pathname}`,
    switchTo(url) {
      configure(url);
      process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGHUP');
    },
    stop,
  };
};
