// Slow: it starts the built server.

import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { findLooseModes } from '../../webhook-server/find-loose-modes.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import { startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const modesIn = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]));

test('what the server writes is for its user alone', async () => {
  const folder = join(tempFolder(), 'data');
  const server = startServer({ DATA_DIR: folder });
  await server.url;
  expect(modeOf(folder)).toBe('700');
  expect(modesIn(folder)).toEqual({
    'control.sock': '600',
    'encryption.key': '600',
    'topo-for-zapier.sqlite': '600',
    'topo-for-zapier.sqlite-wal': '600',
  });
  server.child.kill('SIGTERM');
  const { printed } = await server.ended;
  expect(printed).not.toContain('Other users');
});

test('a database that everybody may read is tightened, with the file beside it', async () => {
  const path = join(tempFolder(), 'store.sqlite');
  await createSqliteStore(path).close();
  writeFileSync(`${path}-wal`, '');
  for (const file of [path, `${path}-wal`]) chmodSync(file, 0o664);
  const store = createSqliteStore(path);
  expect([modeOf(path), modeOf(`${path}-wal`)]).toEqual(['600', '600']);
  await store.close();
});

test('a key file that others may read, and a folder that others may change, are warned of', async () => {
  const folder = join(tempFolder(), 'data');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, 'encryption.key'), 'ab'.repeat(32));
  chmodSync(join(folder, 'encryption.key'), 0o644);
  const server = startServer({ DATA_DIR: folder });
  await server.url;
  server.child.kill('SIGTERM');
  const { code, printed } = await server.ended;
  expect(code).toBe(0);
  const warnings = printed
    .split('\n')
    .filter((line) => line.includes('"level":"warn"') && line.includes('Other users'));
  expect(warnings).toEqual([
    expect.stringMatching(/may change the folder .*chmod 700/),
    expect.stringMatching(/may read .*encryption\.key.*chmod 600/),
  ]);
});

test('what is not there is not warned of', () => {
  const folder = join(tempFolder(), 'none');
  expect(findLooseModes(folder, ['encryption.key'])).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

const passPhrase = 'password-password-password-password-passwor';
const keyOfPassPhrase = Buffer.from(passPhrase, 'base64').toString('hex');

test('a pass phrase is no key of a new database, and leaves it new', async () => {
  const folder = tempFolder();
  const refused = await startServer({ DATA_DIR: folder, ENCRYPTION_KEY: passPhrase, LOG_LEVEL: 'error' }).ended;
  expect(refused.code).toBe(1);
  expect(refused.printed).toMatch(/^ENCRYPTION_KEY .*pass phrase.*openssl rand -hex 32/);
  expect(refused.printed).not.toMatch(/password|\n\s+at /);
  const server = startServer({ DATA_DIR: folder, ENCRYPTION_KEY: 'ab'.repeat(32) });
  await server.url;
  server.child.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0 });
});

test('a pass phrase that has sealed a database opens it, with a warning, until the key is changed', async () => {
  const folder = tempFolder();
  const run = async (environment: Record<string, string>) => {
    const server = startServer({ DATA_DIR: folder, ...environment });
    await server.url.catch(() => {});
    server.child.kill('SIGTERM');
    return server.ended;
  };
  await run({ ENCRYPTION_KEY: keyOfPassPhrase });
  const opened = await run({ ENCRYPTION_KEY: passPhrase });
  expect(opened.code).toBe(0);
  expect(opened.printed).toMatch(/"level":"warn".*ENCRYPTION_KEY is not written.*opens this database/);
  const changed = await run({ ENCRYPTION_KEY: 'ab'.repeat(32), ENCRYPTION_KEY_OLD: passPhrase });
  expect(changed.code).toBe(0);
  expect(changed.printed).not.toContain('pass phrase');
  const back = await run({ ENCRYPTION_KEY: passPhrase, ENCRYPTION_KEY_OLD: 'ab'.repeat(32) });
  expect(back).toMatchObject({ code: 1, printed: expect.stringContaining('pass phrase') });
});
