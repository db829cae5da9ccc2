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

/** Starts a PostgreSQL server for development, prints how to use it, and stops it when this program ends. */
const start = async (): Promise<void> => {
  const binaries = findBinaries(process.env['PATH'] ?? '');
  if (binaries === undefined) throw new Error(howToInstall);
  const interrupted = untilInterrupted();
  const cluster = await startCluster({ binaries, port: preferredPort, isDurable: true });
  process.stdout.write(
    [
      'A PostgreSQL server is up: empty, for this machine alone, and as durable and as fast as a real one (fsync is on).',
      'It and its data are gone when this program ends.',
      '',
      `DATABASE_URL=${cluster.url}`,
      '',
      'Run the webhook server on it, as often as you like, each with a PORT of its own:',
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
