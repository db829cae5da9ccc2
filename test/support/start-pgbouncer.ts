import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../dev/local-server/free-port.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { connectPostgres } from './postgres.ts';
import { tempFolder } from './temp-folder.ts';

const program = '/usr/sbin/pgbouncer';

/** Whether this machine has PgBouncer. */
export const hasPgBouncer = existsSync(program);

/** PgBouncer before a database of the test cluster, with the settings that it has without being told otherwise. */
export const startPgBouncer = async (databaseUrl: string, poolMode: 'session' | 'transaction') => {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const folder = tempFolder();
  const ownPort = await freePort();
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
`,
  );
  chmodSync(folder, 0o755);
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program, [...user, join(folder, 'pgbouncer.ini')], { stdio: 'ignore' });
  const url = `postgres://${username}@127.0.0.1:${ownPort}${pathname}`;
  await waitUntil('PgBouncer answers', () =>
    connectPostgres(url).then(
      () => true,
      () => false,
    ),
  );
  return {
    url,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
};
