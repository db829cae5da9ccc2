// Slow: it starts the built server.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../dev/sandbox/create-sandbox.ts';
import { newSchemaUrl, testPostgres } from '../support/postgres.ts';
import { startReceiver } from '../support/receiver.ts';
import { startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const key = 'ab'.repeat(32);

const topo = await createSandbox().listen();
afterAll(topo.close);

/** Starts the server, waits for a line that holds `until`, stops it, and returns its lines. */
const linesOf = async (environment: Record<string, string>, until: string) => {
  const server = startServer({ DATA_DIR: tempFolder(), TOPO_API_URL: topo.url, ...environment });
  await server.url;
  await waitUntil(`it logged “${until}”`, () => server.printed().includes(until));
  server.child.kill('SIGTERM');
  const { code, printed } = await server.ended;
  expect(code).toBe(0);
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

test('the first line says which server this is and what it talks to; what follows, that the database is new and whether Topo answers', async () => {
  const folder = tempFolder();
  const store = `SQLite, ${join(folder, 'topo-for-zapier.sqlite')}`;
  const lines = await linesOf({ DATA_DIR: folder, TRUST_PROXY: '2' }, 'Topo answers');
  expect(lines[0]).toMatchObject({
    level: 'info',
    msg: 'starting',
    version,
    node: process.versions.node,
    store,
    topo: topo.url,
    proxies: 2,
    listen: '127.0.0.1:0',
  });
  expect(lines.map(({ level, msg }) => `${level}: ${msg}`)).toEqual([
    'info: starting',
    'warn: the database is new and empty; if there was one before, DATA_DIR names another place now',
    'info: listening',
    'info: Topo answers',
    'info: stopping',
    'info: stopped',
  ]);
  expect(lines[1]).toMatchObject({ store });

  const again = await linesOf({ DATA_DIR: folder }, 'Topo answers');
  expect(again.filter(({ level }) => level === 'warn')).toEqual([]);
});

testPostgres('of PostgreSQL the log names host and database, and neither user nor password', async () => {
  const url = new URL(await newSchemaUrl());
  const environment = { DATABASE_URL: url.href, ENCRYPTION_KEY: key };
  const lines = await linesOf(environment, 'listening');
  expect(lines[0]).toMatchObject({ store: `PostgreSQL, ${url.host}${url.pathname}` });
  expect(lines[1]).toMatchObject({ level: 'warn', msg: expect.stringMatching(/new and empty.*DATABASE_URL/) });
  expect(JSON.stringify(lines)).not.toContain(url.password);
  expect(JSON.stringify(lines)).not.toContain('search_path');
  expect((await linesOf(environment, 'listening')).filter(({ msg }) => String(msg).includes('new'))).toEqual([]);
});

test('a misspelt variable is named with the one that may be meant', async () => {
  const lines = await linesOf({ POLL_INTERVAL: 'canary' }, 'listening');
  expect(lines[1]).toMatchObject({
    level: 'warn',
    msg: 'the variable POLL_INTERVAL is no setting of this server; POLL_INTERVAL_MS may be meant',
  });
  expect(JSON.stringify(lines)).not.toContain('canary');
});

test('a server starts without Topo, and warns', async () => {
  const other = await startReceiver();
  const lines = await linesOf({ TOPO_API_URL: `${other.url}/v1` }, 'as Topo does');
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      status: 200,
      msg: 'what answers at TOPO_API_URL does not answer as Topo does',
    }),
  );
  const silent = await linesOf({ TOPO_API_URL: 'http://127.0.0.1:2/v1' }, 'does not answer');
  expect(silent).toContainEqual(
    expect.objectContaining({ level: 'warn', reason: 'ECONNREFUSED', msg: 'Topo does not answer' }),
  );
});

test('a Topo that hangs delays neither the start nor the end', async () => {
  const hanging = await startReceiver(() => {});
  const lines = await linesOf({ TOPO_API_URL: `${hanging.url}/v1` }, 'listening');
  expect(lines.map(({ msg }) => msg)).toEqual(['starting', expect.any(String), 'listening', 'stopping', 'stopped']);
});
