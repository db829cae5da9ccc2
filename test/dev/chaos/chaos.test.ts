// Slow: it kills built servers.

import { spawn } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { testPostgres } from '../../support/postgres.ts';

const isDeep = process.env['TEST_DEEP'] === 'yes';
const kills = isDeep ? 200 : 10;
const longestMs = isDeep ? 40 * 60_000 : 170_000;

type ChaosRun = { code: number | null; result: Record<string, number>; stderr: string };

/** Runs the built program as `npm run chaos` does. */
const runChaos = (store: string): Promise<ChaosRun> =>
  new Promise((resolve, reject) => {
    const flags = ['--store', store, '--kills', String(kills), '--seed', '20261124', '--json'];
    const child = spawn(process.execPath, ['dist/dev/chaos/main.js', ...flags], { timeout: longestMs });
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

const holds = async (store: string): Promise<void> => {
  const { code, result, stderr } = await runChaos(store);
  // What is wrong stands in stderr, which is shown in full when this is not empty.
  expect(code === 0 ? '' : stderr).toBe('');
  expect(result).toMatchObject({ lost: 0, second_runs: 0, kills, events: result['changes'] });
  expect(result['delivered']).toBe((result['changes'] ?? 0) * 2);
  expect(result['changes']).toBeGreaterThan(kills);
  expect(result['duplicates']).toBeLessThanOrEqual(result['ambiguous'] ?? 0);
};

test(`over SQLite nothing is lost and no Zap runs twice in ${kills} kills`, () => holds('sqlite'), longestMs);

testPostgres(
  `over PostgreSQL nothing is lost and no Zap runs twice in ${kills} kills of three processes and restarts of the database`,
  () => holds('postgres'),
  longestMs,
);

test('wrong flags are refused in a sentence', async () => {
  const child = spawn(process.execPath, ['dist/dev/chaos/main.js', '--store', 'oracle'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^--store is missing or wrong\.\nUse: npm run chaos/);
});
