// Slow: it kills built servers.

import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { hasPgBouncer } from '../../../dev/local-postgres/start-pgbouncer.ts';
import { testPostgres } from '../../support/postgres.ts';

const isDeep = process.env['TEST_DEEP'] === 'yes';
const kills = isDeep ? 200 : 10;
const longestMs = isDeep ? 40 * 60_000 : 170_000;

type ChaosRun = { code: number | null; result: Record<string, number>; stderr: string };

/** Runs the built program as `npm run chaos` does. */
const runChaos = (...flags: string[]): Promise<ChaosRun> =>
  new Promise((resolve, reject) => {
    const all = [...flags, '--seed', '20261124', '--json'];
    const child = spawn(process.execPath, ['dist/dev/chaos/main.js', ...all], { timeout: longestMs });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('close', (code) => {
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      if (last.startsWith('{')) resolve({ code, result: JSON.parse(last) as ChaosRun['result'], stderr });
      else reject(new Error(`It ended without a result.\n${stderr}`));
    });
  });

/** Such a run mostly waits: for leases, hooks that back off, figures that are read every few seconds. Short ones wait together. */
const testMeanwhile = isDeep ? test : test.concurrent;
const testPostgresMeanwhile = isDeep || process.env['TEST_DATABASE_URL'] === undefined ? testPostgres : test.concurrent;

const expectKept = ({ code, result, stderr }: ChaosRun): void => {
  // What is wrong stands in stderr, which is shown in full when this is not empty.
  expect(code === 0 ? '' : stderr).toBe('');
  expect(result).toMatchObject({ lost: 0, second_runs: 0, events: result['changes'] });
  expect(result['delivered']).toBe((result['changes'] ?? 0) * 2);
  expect(result['duplicates']).toBeLessThanOrEqual(result['ambiguous'] ?? 0);
};

const holds = async (store: string): Promise<void> => {
  const run = await runChaos('--store', store, '--kills', String(kills));
  expectKept(run);
  expect(run.result['kills']).toBe(kills);
  expect(run.result['changes']).toBeGreaterThan(kills);
};

testMeanwhile(`over SQLite nothing is lost and no Zap runs twice in ${kills} kills`, () => holds('sqlite'), longestMs);

testPostgresMeanwhile(
  `over PostgreSQL nothing is lost and no Zap runs twice in ${kills} kills of three processes and restarts of the database`,
  () => holds('postgres'),
  longestMs,
);

testMeanwhile('in a run without kills what the server has counted is what happened', async () => {
  const run = await runChaos('--store', 'sqlite', '--kills', '0');
  expectKept(run);
  expect(run.result).toMatchObject({ kills: 0, duplicates: 0 });
});

const testFailOver = isDeep && hasPgBouncer ? testPostgres : test.skip;

testFailOver(
  'over PostgreSQL with a synchronous standby nothing is lost and no Zap runs twice when it takes over (needs PgBouncer)',
  async () => {
    const run = await runChaos('--store', 'postgres', '--kills', '8', '--fail-overs', '4');
    expectKept(run);
    expect(run.result).toMatchObject({ kills: 8, fail_overs: 4 });
  },
  longestMs,
);

test.each([
  { flags: ['--store', 'oracle'], named: '--store' },
  { flags: ['--store', 'sqlite', '--fail-overs', '1'], named: '--fail-overs' },
])('wrong flags are refused in a sentence: $flags', async ({ flags, named }) => {
  const child = spawn(process.execPath, ['dist/dev/chaos/main.js', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^${named} is missing or wrong\\.\\nUse: npm run chaos`));
});
