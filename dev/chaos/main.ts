import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinaries } from '../local-postgres/find-binaries.ts';
import type { Fleet, FleetAddresses, StoreName } from './fleet.ts';
import { startPostgresFleet } from './postgres-fleet.ts';
import { type Flags, readChaosFlags } from './read-chaos-flags.ts';
import { runChaos } from './run-chaos.ts';
import { startSqliteFleet } from './sqlite-fleet.ts';

const say = (text: string): void => {
  process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  ${text}\n`);
};

const folder = mkdtempSync(join(tmpdir(), 'topo-for-zapier-chaos-'));
let fleet: Fleet | undefined;

/** However this program ends, its servers end with it. */
const leaveNothing = (): void => {
  for (const { processId } of fleet?.servers ?? []) if (processId !== undefined) process.kill(processId, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};

const fleetOf = (store: StoreName, path: string) => {
  if (store === 'sqlite') return (addresses: FleetAddresses) => startSqliteFleet(addresses, folder);
  const binaries = findBinaries(path);
  if (binaries === undefined) throw new Error('There is no PostgreSQL server on this machine.');
  return (addresses: FleetAddresses) => startPostgresFleet(addresses, folder, binaries);
};

const start = async ({ store, kills, seed = Date.now() % 1_000_000, json }: Flags): Promise<number> => {
  say(`${kills} kills on ${store}, seed ${seed}`);
  const { result, problems } = await runChaos({
    startFleet: fleetOf(store, process.env['PATH'] ?? ''),
    kills,
    seed,
    say,
    started: (running) => {
      fleet = running;
    },
  });
  for (const problem of problems) say(problem);
  if (!json) {
    for (const [name, value] of Object.entries(result)) process.stdout.write(`${name.padEnd(11)} ${value}\n`);
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
  const timeLimitMs = 300_000 + read.flags.kills * 10_000;
  setTimeout(() => {
    say('it takes too long: giving up');
    process.exit(1);
  }, timeLimitMs).unref();
  try {
    return await start(read.flags);
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
};

process.once('exit', leaveNothing);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
process.exitCode = await main();
