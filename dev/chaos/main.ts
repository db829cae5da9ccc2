import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinaries } from '../local-postgres/find-binaries.ts';
import { hasPgBouncer } from '../local-postgres/start-pgbouncer.ts';
import type { Fleet, FleetAddresses, StoreName } from './fleet.ts';
import { startPostgresFleet } from './postgres-fleet.ts';
import { type Flags, readChaosFlags } from './read-chaos-flags.ts';
import { startReplicatedFleet } from './replicated-fleet.ts';
import { runChaos } from './run-chaos.ts';
import { startSqliteFleet } from './sqlite-fleet.ts';

const say = (text: string): void => {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

const howToInstallPgBouncer =
  'There is no PgBouncer on this machine. On Debian: apt-get install --no-install-recommends pgbouncer';

const folder = mkdtempSync(join(tmpdir(), 'topo-for-zapier-chaos-'));
let fleet: Fleet | undefined;

/** However this program ends, its servers end with it. */
const leaveNothing = (): void => {
  for (const { processId } of fleet?.servers ?? []) if (processId !== undefined) process.kill(processId, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};

const fleetOf = (store: StoreName, failOvers: number, path: string) => {
  if (store === 'sqlite') return (addresses: FleetAddresses) => startSqliteFleet(addresses, folder);
  const binaries = findBinaries(path);
  if (binaries === undefined) throw new Error('There is no PostgreSQL server on this machine.');
  if (failOvers === 0) return (addresses: FleetAddresses) => startPostgresFleet(addresses, folder, binaries);
  if (!hasPgBouncer) throw new Error(howToInstallPgBouncer);
  return (addresses: FleetAddresses) => startReplicatedFleet(addresses, folder, binaries);
};

const start = async (flags: Flags): Promise<number> => {
  const { store, kills, 'fail-overs': failOvers, seed = Date.now() % 1_000_000, json } = flags;
  say(`${kills} kills on ${store}, ${failOvers} fail-overs, seed ${seed}`);
  const { result, problems } = await runChaos({
    startFleet: fleetOf(store, failOvers, process.env['PATH'] ?? ''),
    kills,
    failOvers,
    seed,
    say,
    started: (running) => {
      fleet = running;
    },
  });
  for (const problem of problems) say(problem);
  if (!json) {
    for (const [name, value] of Object.entries(result)) process.stdout.write(`${name.padEnd(18)} ${value}\n`);
    process.stdout.write(
      problems.length === 0 ? 'Every promise was kept.\n' : 'NOT every promise was kept: see above.\n',
    );
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return problems.length === 0 ? 0 : 1;
};

const main = async (): Promise<number> => {
  const read = readChaosFlags(process.argv.slice(2));
  if (read.flags === undefined) {
    process.stderr.write(`${read.sentence}\n`);
    return 1;
  }
  const timeLimitMs = 300_000 + (read.flags.kills + read.flags['fail-overs']) * 10_000;
  setTimeout(() => {
    say('it takes too long: giving up');
    process.exit(1);
  }, timeLimitMs).unref();
  try {
    return await start(read.flags);
  } catch (error) {
    for (const { url, output } of fleet?.servers ?? []) say(`${url} wrote last:\n${output.slice(-4_000)}`);
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
};

process.once('exit', leaveNothing);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
process.exitCode = await main();
