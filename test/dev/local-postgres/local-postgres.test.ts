// Slow: it starts PostgreSQL.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, expect } from '@jest/globals';
import { Client } from 'pg';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { testPostgres } from '../../support/postgres.ts';

const started: ReturnType<typeof spawnProgram>[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
});

/** The built program of `npm run local:postgres`. */
const spawnProgram = () => {
  const child = spawn(process.execPath, ['dist/dev/local-postgres/main.js'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const program = { child, printed: '' };
  child.stdout.on('data', (text) => {
    program.printed += text;
  });
  return program;
};

/** Starts it, and returns the URL that it prints. */
const start = async () => {
  const program = spawnProgram();
  started.push(program);
  await waitUntil('it printed how to use it', () => program.printed.includes('npm run serve'));
  const url = /^DATABASE_URL=(postgres:\/\/\S+)$/m.exec(program.printed)?.[1] ?? '';
  return { ...program, url };
};

const answers = async (connectionString: string): Promise<boolean> => {
  const client = new Client({ connectionString });
  client.on('error', () => {});
  return client
    .connect()
    .then(() => client.end())
    .then(
      () => true,
      () => false,
    );
};

testPostgres.each(['SIGINT', 'SIGKILL'] as const)(
  'a PostgreSQL of its own is up while the program runs, and gone after %s',
  async (signal) => {
    const { child, url } = await start();
    const client = new Client({ connectionString: url });
    // The server ends before this connection does.
    client.on('error', () => {});
    await client.connect();
    const { rows } = await client.query(`select current_setting('data_directory') as folder`);
    const folder = String(rows[0]?.folder);
    expect(existsSync(folder)).toBe(true);

    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    await waitUntil('nothing answers there any more', async () => !(await answers(url)));
    await waitUntil('its folder is removed', () => !existsSync(dirname(folder)));
  },
);

testPostgres('it requires the password that it prints', async () => {
  const { url } = await start();
  const other = new URL(url);
  other.password = 'another';
  expect(await answers(other.href)).toBe(false);
  expect(await answers(url)).toBe(true);
});
