import { afterEach, expect } from '@jest/globals';
import { Client } from 'pg';
import { measureOnPostgres } from '../../../dev/bench/on-postgres.ts';
import { findBinaries } from '../../../dev/local-postgres/find-binaries.ts';
import type { Cluster } from '../../../dev/local-postgres/run-cluster.ts';
import { startCluster } from '../../../dev/local-postgres/start-cluster.ts';
import { testPostgres } from '../../support/postgres.ts';

const started: Cluster[] = [];
afterEach(async () => {
  for (const cluster of started.splice(0)) await cluster.stop();
});

const settings = ['fsync', 'full_page_writes', 'synchronous_commit'] as const;

/** Asks the running server. */
const show = async (connectionString: string) => {
  const client = new Client({ connectionString });
  await client.connect();
  const shown: Record<string, unknown> = {};
  for (const name of settings) shown[name] = (await client.query(`show ${name}`)).rows[0]?.[name];
  await client.end();
  return shown;
};

testPostgres.each([
  { isDurable: true, expected: { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' } },
  { isDurable: false, expected: { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'on' } },
])('with isDurable $isDurable the running server shows the matching settings', async ({ isDurable, expected }) => {
  const cluster = await startCluster({ binaries: findBinaries(process.env['PATH'] ?? '') ?? '', isDurable });
  started.push(cluster);

  expect(await show(cluster.url)).toEqual(expected);
});

testPostgres('a benchmark measures on a durable server, and says so', async () => {
  const notes: string[] = [];
  const bench = { newFolder: () => '', say: () => {}, note: (text: string) => notes.push(text), atExit: () => {} };

  await measureOnPostgres(bench, async (newSchema) => {
    expect(await show(await newSchema('measured'))).toEqual({
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
    });
    return [];
  });

  expect(notes).toEqual(['PostgreSQL is durable: fsync on, full_page_writes on, synchronous_commit on.']);
  expect.assertions(2);
});
