// Slow: it runs the built command and the built server.

import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findBinaries } from '../../dev/local-postgres/find-binaries.ts';
import { fetchHooks } from '../../dev/local-server/fetch-hooks.ts';
import { startWebhookServer } from '../../dev/local-server/start-webhook-server.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { sealKeyCheck } from '../../webhook-server/seals/encryption-key-check.ts';
import { createVault } from '../../webhook-server/secrets/vault.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import { newDatabaseUrl, newSchemaUrl, queryPostgres, testPostgres } from '../support/postgres.ts';
import { readCommands } from '../support/read-commands.ts';
import { startReceiver } from '../support/receiver.ts';
import { startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { startTopo } from '../support/topo-sandbox.ts';

const key = 'ab'.repeat(32);

const text = readFileSync('docs/operate.md', 'utf8');
const [, upgrading = ''] = text.split('\n## Upgrade and going back\n');

/** How it is installed is run by `install.test.ts`. */
const { Install: _installed, ...commands } = readCommands(text);

const onFiles = commands['Back up and restore']?.slice(0, -2) ?? [];
const [dump = '', restoreDump = ''] = commands['Back up and restore']?.slice(-2) ?? [];
const [move = '', cancel = ''] = commands['SQLite → PostgreSQL'] ?? [];
const [doctor = ''] = commands['Upgrade and going back'] ?? [];
const [size = ''] = commands['Sizing'] ?? [];

let folder = '';
let programs = '';

/** A folder with the database of a server that has stopped, and one with the command as npm installs it. */
beforeAll(async () => {
  folder = tempFolder();
  const store = await createSqliteStore(join(folder, 'data/topo-for-zapier.sqlite'));
  await store.keyCheck(sealKeyCheck(createVault(Buffer.from(key, 'hex'))));
  await store.close();
  programs = tempFolder();
  symlinkSync(resolve('bin/topo-for-zapier.mjs'), join(programs, 'topo-for-zapier'));
});

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0)) await close();
});

const onSqlite = { DATA_DIR: 'data', ENCRYPTION_KEY: key, TOPO_API_URL: 'http://127.0.0.1:2/v1' };

/** Runs a command as a shell does, in the folder. */
const run = (line: string, environment: Record<string, string>) => {
  const path = process.env['PATH'] ?? '';
  const folders = [programs, findBinaries(path), dirname(process.execPath), path].filter((one) => one !== undefined);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd: folder,
    env: { PATH: folders.join(delimiter), ...environment },
    encoding: 'utf8',
  });
  return { line, status, stdout, stderr };
};

const didWell = (line: string) => ({ line, status: 0, stderr: '' });

test('the document has no command that is not run here', () => {
  expect(commands).toEqual({
    'Back up and restore': [...onFiles, dump, restoreDump],
    'SQLite → PostgreSQL': [move, cancel],
    'Upgrade and going back': [doctor],
    Sizing: [size],
  });
});

testPostgres('a SQLite file is backed up, restored, examined and moved as the document says', async () => {
  expect(onFiles.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'mkdir -p',
    'topo-for-zapier backup',
    'mkdir -p',
    'mv data/topo-for-zapier.sqlite*',
    'topo-for-zapier restore',
  ]);
  for (const line of onFiles) expect(run(line, onSqlite)).toMatchObject(didWell(line));
  // Topo is out of its reach, which it says.
  expect(run(doctor, onSqlite)).toMatchObject({ status: 1, stdout: expect.stringMatching(/database .* can be used/) });
  const onPostgres = { ...onSqlite, DATABASE_URL: await newSchemaUrl() };
  expect(run(move, onPostgres)).toMatchObject(didWell(move));
  expect(run(cancel, onPostgres)).toMatchObject({ status: 1, stderr: expect.stringMatching(/There is no way back/) });
});

testPostgres('a server goes on with a dump that was restored, and tells what changed since once more', async () => {
  const { sandbox, workspace, url: topoApiUrl } = await startTopo({ taskCount: 20 });
  const zapier = await startReceiver();
  const start = async (databaseUrl: string) => {
    const environment = { DATABASE_URL: databaseUrl, ENCRYPTION_KEY: key };
    const server = await startWebhookServer({
      dataFolder: tempFolder(),
      topoApiUrl,
      hookHost: zapier.host,
      environment,
    });
    closers.push(() => server.kill());
    return server;
  };
  const [task] = workspace.tasks.filter(({ status }) => status === 'PENDING');
  const reassignTo = (index: number) => sandbox.reassign(task?.id ?? '', workspace.people[index]?.userId ?? '');
  const ids = () => zapier.received.map(({ headers }) => headers['webhook-id']);
  const heard = (count: number) => waitUntil(`${count} events were heard`, () => zapier.received.length >= count);
  const urls = { before: await newDatabaseUrl(), after: await newDatabaseUrl() };
  const server = await start(urls.before);
  await fetch(`${server.url}/hooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' },
    body: JSON.stringify({ target_url: `${zapier.url}/hooks/standard/1/zap/`, event: 'task.reassigned' }),
  });
  await waitUntil('the hook listens', async () =>
    (await fetchHooks(server.url, workspace.keys.full)).every(({ listening_since }) => listening_since !== null),
  );
  reassignTo(0);
  await heard(1);

  // What is under way while it is dumped has to wait a minute for its lease after it was restored.
  await server.stop();
  expect(run(dump, { DATABASE_URL: urls.before })).toMatchObject(didWell(dump));
  await server.start();
  reassignTo(1);
  await heard(2);
  await server.stop();
  expect(run(restoreDump, { DATABASE_URL: urls.after })).toMatchObject(didWell(restoreDump));
  await start(urls.after);
  await heard(3);
  reassignTo(2);
  await heard(4);

  const [first, second, again, fourth] = ids();
  expect(again).toBe(second);
  expect(new Set([first, second, fourth]).size).toBe(3);
});

testPostgres(
  'a server whose tables a newer one has changed ends, and is refused when it is started again',
  async () => {
    const environment = { DATABASE_URL: await newSchemaUrl(), ENCRYPTION_KEY: key, DATA_DIR: tempFolder() };
    const said = [...(upgrading.split('\n## ')[0] ?? '').matchAll(/says “([^”]+)”/g)].map(([, sentence]) => sentence);
    const older = startServer(environment);
    const url = await older.url;
    const change = 'insert into migration (number, done_at) select max(number) + 1, now() from migration';
    await queryPostgres(environment.DATABASE_URL, change, []);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const [ended, again] = [await older.ended, await startServer(environment).ended];
    expect([ended.code, again.code]).toEqual([1, 1]);
    expect(said).toEqual([
      again.printed.match(/The database was .* this server/)?.[0],
      ended.printed.match(/The tables were .* one ran/)?.[0],
    ]);
  },
);

test('what a number of workspaces takes is reckoned as the document says', () => {
  const polled = (store: string) => `${store} workspaces: processor time of an idle poll`;
  const figures = [
    [polled('SQLite, 2,000'), 2, 'ms'],
    ['SQLite, 100 changes a second: processor time of a change, told once', 4, 'ms'],
    ['100,000 due deliveries, SQLite', 1_000, 'deliveries/s'],
    [polled('PostgreSQL, two processes, 3,000'), 2, 'ms'],
    ['PostgreSQL, two processes, 3,000 workspaces: time of the database for a poll', 4, 'ms'],
    ['PostgreSQL, 100 changes a second: processor time of a change, told once', 4, 'ms'],
    ['PostgreSQL, 100 changes a second: time of the database for a change', 8, 'ms'],
    ['100,000 due deliveries, PostgreSQL', 1_000, 'deliveries/s'],
    ['PostgreSQL, two processes, 2,000 workspaces: processor time of a server', 0.14, 'cores'],
  ].map(([figure, value, unit]) => JSON.stringify({ figure, value, unit }));
  writeFileSync(join(folder, 'measured.jsonl'), figures.join('\n'));
  const npm = 'npm run --silent size --';
  expect(size.startsWith(`${npm} `)).toBe(true);
  // Whoever runs the tests has built what npm would build.
  const built = `node ${resolve('dist/dev/size/main.js')}`;
  const { status, stdout } = run(size.replace(npm, built), {});
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('1,000,000') });
});
