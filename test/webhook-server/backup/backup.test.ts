// Slow: it starts the built server.

import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import { writeBackup } from '../../../webhook-server/backup/write-backup.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';
import { runVerb } from '../../support/run-verb.ts';
import { startServer } from '../../support/server-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const sandbox = createSandbox();
const [workspace] = sandbox.workspaces;
const topo = await sandbox.listen();
afterAll(topo.close);

const folder = tempFolder();
const data = join(folder, 'data');
const socket = join(data, 'control.sock');
const environment = { DATA_DIR: data, TOPO_API_URL: topo.url, ENCRYPTION_KEY: 'ab'.repeat(32) };
const run = (...words: string[]) => runVerb(environment, ...words);

let server = startServer({ ...environment, BACKUP_EVERY: '1h', BACKUP_KEEP: '2' });
beforeAll(() => server.url);

const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
  server.child.kill(signal);
  return (await server.ended).code;
};

const restart = async () => {
  server = startServer(environment);
  await server.url;
};

/** Something that everything else goes on beside. */
const makeSomethingLarge = (): void => {
  const database = new SqliteDatabase(join(data, 'topo-for-zapier.sqlite'));
  database.exec(`
    with recursive number (n) as (select 1 union all select n + 1 from number where n < 20000)
    insert into sent_body select 'bod_' || n, 'org', hex(randomblob(800)), 1 from number`);
  database.close();
};

test('a server listens for its operator on a socket of its own user alone, and no public route does the same', async () => {
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  expect(statSync(data).mode & 0o777).toBe(0o700);
  const headers = { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ path: join(folder, 'from-outside.sqlite') });
  const answer = await fetch(`${await server.url}/backups`, { method: 'POST', headers, body });
  expect(answer.status).toBe(404);
  expect(existsSync(join(folder, 'from-outside.sqlite'))).toBe(false);
});

test('a backup of a running server is whole, for its owner alone, and says what it holds', async () => {
  const path = join(folder, 'first.sqlite');
  const { code, printed, complained } = await run('backup', path);
  expect({ code, complained }).toEqual({ code: 0, complained: '' });
  expect(printed).toMatch(
    /first\.sqlite is whole: 0 workspaces, 0 hooks that live, 0 events and 0 deliveries that wait /,
  );
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['data', 'first.sqlite']);
  const copy = new SqliteDatabase(path, { readonly: true });
  expect(copy.pragma('journal_mode', { simple: true })).toBe('delete');
  copy.close();
});

test('a backup overwrites nothing, and says why it cannot be written', async () => {
  const path = join(folder, 'kept.txt');
  writeFileSync(path, 'kept');
  expect(await run('backup', path)).toMatchObject({ code: 1, complained: expect.stringMatching(/is there already/) });
  expect(statSync(path).size).toBe(4);
  expect(await run('backup', join(folder, 'nowhere/one.sqlite'))).toMatchObject({
    code: 1,
    complained: expect.stringMatching(/its folder is not there\.$/),
  });
  expect(await runVerb({ ...environment, DATABASE_URL: 'postgres://127.0.0.1/topo' }, 'backup', path)).toMatchObject({
    code: 1,
    complained: expect.stringMatching(/pg_dump/),
  });
});

test('a running server backs itself up when it is due', async () => {
  await waitUntil('there is a backup', () => server.printed().includes('"msg":"backed up"'));
  const [name = '', ...more] = readdirSync(join(data, 'backups'));
  expect(more).toEqual([]);
  expect(name).toMatch(/^topo-for-zapier-\d{8}T\d{6}Z\.sqlite$/);
  expect(statSync(join(data, 'backups')).mode & 0o777).toBe(0o700);
  expect(statSync(join(data, 'backups', name)).mode & 0o777).toBe(0o600);
});

test('people are imported over the socket with the key of their workspace, and faults name their lines', async () => {
  const csv = join(folder, 'people.csv');
  const [one, other] = workspace.people;
  writeFileSync(
    csv,
    `user_id,name,email\n${one?.userId},Kim Lindqvist,kim@example.com\n${other?.userId},Robin,no-address\n`,
  );
  const withKey = { ...environment, TOPO_API_KEY: workspace.keys.full };
  expect(await runVerb(withKey, 'people', 'import', csv)).toMatchObject({
    code: 1,
    complained: expect.stringMatching(/^Nobody was imported: .*line 3, email:/),
  });
  writeFileSync(csv, `user_id,name,email\n${one?.userId},Kim Lindqvist,kim@example.com\n`);
  writeFileSync(join(folder, 'topo.key'), `${workspace.keys.full}\n`);
  const withFile = { ...environment, TOPO_API_KEY_FILE: join(folder, 'topo.key') };
  expect(await runVerb(withFile, 'people', 'import', csv)).toMatchObject({
    code: 0,
    printed: '1 colleague is named now.',
  });
  const people = await fetch(`${await server.url}/people`, {
    headers: { authorization: `Bearer ${workspace.keys.full}` },
  });
  expect(await people.text()).toContain('Kim Lindqvist');
  expect(await run('people', 'import', csv)).toMatchObject({
    code: 1,
    complained: expect.stringMatching(/TOPO_API_KEY/),
  });
  expect(await runVerb(withFile, 'people', 'export', csv)).toMatchObject({ code: 1 });
});

test('the socket goes when the server stops, and one that was left behind is replaced', async () => {
  await stop('SIGKILL');
  expect(existsSync(socket)).toBe(true);
  await restart();
  expect(await run('backup', join(folder, 'after-a-kill.sqlite'))).toMatchObject({ code: 0 });
  expect(await stop()).toBe(0);
  expect(existsSync(socket)).toBe(false);
});

test('where no server runs the command makes the backup itself, and other commands say so', async () => {
  expect(await run('backup', join(folder, 'stopped.sqlite'))).toMatchObject({ code: 0 });
  const elsewhere = { ...environment, DATA_DIR: join(folder, 'elsewhere') };
  expect(await runVerb(elsewhere, 'backup', join(folder, 'none.sqlite'))).toMatchObject({
    code: 1,
    complained: expect.stringMatching(/^There is no database at .*DATA_DIR may name another place\.$/),
  });
  expect(existsSync(join(folder, 'none.sqlite'))).toBe(false);
  const withKey = { ...environment, TOPO_API_KEY: workspace.keys.full };
  expect(await runVerb(withKey, 'people', 'import', join(folder, 'people.csv'))).toMatchObject({
    code: 1,
    complained: expect.stringMatching(/^No server listens at /),
  });
});

test('a server serves while a large file is copied, and lets a short copy end when it is stopped', async () => {
  makeSomethingLarge();
  await restart();
  const path = join(folder, 'large.sqlite');
  let isWritten = false;
  let answered = 0;
  const writing = run('backup', path).finally(() => {
    isWritten = true;
  });
  while (!isWritten) {
    expect((await fetch(`${await server.url}/healthz`)).status).toBe(200);
    answered += 1;
  }
  expect(await writing).toMatchObject({ code: 0 });
  expect(answered).toBeGreaterThan(10);

  const last = run('backup', join(folder, 'last.sqlite'));
  await waitUntil('it has begun', () => readdirSync(folder).some((name) => name.startsWith('.last')));
  expect(await stop()).toBe(0);
  expect(await last).toMatchObject({ code: 0 });
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a copy whose database is closed meanwhile fails, and leaves nothing behind', async () => {
  const store = createSqliteStore(join(data, 'topo-for-zapier.sqlite'));
  const path = join(folder, 'cut-off.sqlite');
  const writing = writeBackup(path, store.backUp);
  await waitUntil('it has begun', () => readdirSync(folder).some((name) => name.startsWith('.cut-off')));
  await store.close();
  await expect(writing).rejects.toThrow(StoreError);
  expect(readdirSync(folder).filter((name) => name.includes('cut-off'))).toEqual([]);
});

test('a server that cannot make the socket serves all the same', async () => {
  const long = join(folder, 'x'.repeat(110));
  const other = startServer({ ...environment, DATA_DIR: long });
  expect((await fetch(`${await other.url}/healthz`)).status).toBe(200);
  expect(other.printed()).toMatch(/"level":"warn".*longer than 103 bytes/);
  other.child.kill('SIGTERM');
  expect((await other.ended).code).toBe(0);
});
