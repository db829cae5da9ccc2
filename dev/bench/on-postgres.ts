import { Client } from 'pg';
import { findBinaries } from '../local-postgres/find-binaries.ts';
import { startCluster } from '../local-postgres/start-cluster.ts';
import type { Bench } from './harness/bench.ts';
import type { Figure } from './harness/figure.ts';

/** Makes a schema, which a store takes for a database of its own, and returns its address. */
export type NewSchema = (name: string) => Promise<string>;

const durableSettings = ['fsync', 'full_page_writes', 'synchronous_commit'] as const;

/**
 * Reads the settings that decide whether a commit outlives a power cut.
 *
 * @throws Error when one of them is off: a figure would then claim a speed that no production server has.
 */
const readDurability = async (client: Client): Promise<string> => {
  const { rows } = await client.query<{ name: string; setting: string }>(
    'select name, setting from pg_settings where name = any ($1)',
    [durableSettings],
  );
  const off = durableSettings.filter((name) => rows.find((row) => row.name === name)?.setting !== 'on');
  if (off.length > 0) throw new Error(`PostgreSQL runs without ${off.join(', ')}, so its figures would not be true.`);
  return durableSettings.map((name) => `${name} on`).join(', ');
};

const createSchema = async (client: Client, clusterUrl: string, name: string): Promise<string> => {
  await client.query(`create schema ${client.escapeIdentifier(name)}`);
  const url = new URL(clusterUrl);
  url.searchParams.set('options', `-c search_path=${name}`);
  return url.href;
};

/** Measures on a durable PostgreSQL server of its own; returns no figures where this machine has none. */
export const measureOnPostgres = async (
  { note, say }: Bench,
  measure: (newSchema: NewSchema) => Promise<Figure[]>,
): Promise<Figure[]> => {
  const binaries = findBinaries(process.env['PATH'] ?? '');
  if (binaries === undefined) {
    say('PostgreSQL is left out: this machine has no server.');
    return [];
  }
  const cluster = await startCluster({ binaries, isDurable: true });
  try {
    const client = new Client({ connectionString: cluster.url });
    await client.connect();
    try {
      note(`PostgreSQL is durable: ${await readDurability(client)}.`);
      return await measure((name) => createSchema(client, cluster.url, name));
    } finally {
      await client.end();
    }
  } finally {
    await cluster.stop();
  }
};
