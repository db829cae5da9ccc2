import { randomBytes } from 'node:crypto';
import { findBinaries } from './find-binaries.ts';
import { startCluster } from './start-cluster.ts';

const preferredPort = 5433;

const howToInstall =
  'There is no PostgreSQL server on this machine. On Debian: apt-get install --no-install-recommends postgresql';

const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });

/** Starts a PostgreSQL server for development, tells how to use it, and ends it with this program. */
const start = async (): Promise<void> => {
  const binaries = findBinaries(process.env['PATH'] ?? '');
  if (binaries === undefined) throw new Error(howToInstall);
  const interrupted = untilInterrupted();
  const cluster = await startCluster({ binaries, port: preferredPort });
  process.stdout.write(
    [
      'A PostgreSQL server is up, empty and for this machine alone. It and its data are gone when this program ends.',
      '',
      `DATABASE_URL=${cluster.url}`,
      '',
      'The webhook server on it, as often as you like, each with a PORT of its own:',
      '',
      `  DATABASE_URL=${cluster.url} ENCRYPTION_KEY=${randomBytes(32).toString('hex')} PORT=3001 npm run serve`,
      '',
    ].join('\n'),
  );
  await interrupted;
  await cluster.stop();
};

try {
  await start();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
