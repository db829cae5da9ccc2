import { findBinaries } from '../../dev/local-postgres/find-binaries.ts';
import { startCluster } from '../../dev/local-postgres/start-cluster.ts';

/** Starts a throwaway PostgreSQL server for the whole run, whose address every test file finds in its environment. */
export default async function startPostgres() {
  const binaries = findBinaries(process.env.PATH ?? '');
  if (binaries === undefined) {
    process.stderr.write('This machine has no PostgreSQL server: the tests that need one are SKIPPED.\n');
    return;
  }
  const cluster = await startCluster({ binaries, isDurable: false });
  process.env.TEST_DATABASE_URL = cluster.url;
  globalThis.stopPostgres = () => cluster.stop();
}
