// Slow: it runs the built command.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from '@jest/globals';
import { sealKeyCheck } from '../../webhook-server/seals/encryption-key-check.ts';
import { createVault } from '../../webhook-server/secrets/vault.ts';
import { createSqliteStore } from '../../webhook-server/store/sqlite/sqlite-store.ts';
import { newSchemaUrl, testPostgres } from '../support/postgres.ts';
import { tempFolder } from '../support/temp-folder.ts';

const key = 'ab'.repeat(32);

/** How it is installed is run by `install.test.ts`. */
const [, afterInstall = ''] = readFileSync('docs/operate.md', 'utf8').split('## Settings\n');

/** The commands of the document, in their order, without those that a comment before them takes out. */
const commands = [...afterInstall.matchAll(/(<!-- not run[^\n]*-->\n\n)? *```sh\n([^`]+)```/g)]
  .filter(([, mark]) => mark === undefined)
  .flatMap(([, , lines = '']) =>
    lines
      .trim()
      .split('\n')
      .map((line) => line.trim()),
  );

testPostgres('every command of docs/operate.md does what it says, unless the document marks it', async () => {
  const folder = tempFolder();
  const file = join(folder, 'data/topo-for-zapier.sqlite');
  const store = createSqliteStore(file);
  await store.keyCheck(sealKeyCheck(createVault(Buffer.from(key, 'hex'))));
  await store.close();
  mkdirSync(join(folder, 'backups'));
  const onSqlite = { DATA_DIR: 'data', ENCRYPTION_KEY: key };
  const onPostgres = { ...onSqlite, DATABASE_URL: await newSchemaUrl() };
  const run = (line: string, env: Record<string, string>) => {
    const [, ...words] = line.split(' ');
    const { status, stderr } = spawnSync(process.execPath, [resolve('bin/topo-for-zapier.mjs'), ...words], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    return { line, status, stderr };
  };
  const [backup = '', restore = '', move = '', cancel = '', ...more] = commands;
  expect(more).toEqual([]);
  expect(run(backup, onSqlite)).toEqual({ line: backup, status: 0, stderr: '' });
  renameSync(file, join(folder, 'data/moved-away.sqlite'));
  expect(run(restore, onSqlite)).toEqual({ line: restore, status: 0, stderr: '' });
  expect(run(move, onPostgres)).toEqual({ line: move, status: 0, stderr: '' });
  expect(run(cancel, onPostgres)).toMatchObject({ status: 1, stderr: expect.stringMatching(/There is no way back/) });
});
