// Slow: it starts the built server.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startServer } from '../support/server-process.ts';
import { fillDisk, onSmallDisk, testWithDisk } from '../support/small-disk.ts';
import { tempFolder } from '../support/temp-folder.ts';

const key = 'ab'.repeat(32);

/** Root may do everything: as root the server runs as another user. */
const uid = process.getuid?.() === 0 ? 65_534 : undefined;

const mayRun =
  process.platform !== 'win32' &&
  spawnSync(process.execPath, ['--check', 'dist/webhook-server/main.js'], uid === undefined ? {} : { uid, gid: uid })
    .status === 0;
const testAsOther = mayRun ? test : test.skip;

/** A sentence, no stack, and code 1. */
const expectSentence = async (environment: Record<string, string>, sentence: RegExp, asOther = false) => {
  const options = asOther && uid !== undefined ? { uid } : {};
  const { code, printed } = await startServer({ LOG_LEVEL: 'error', ...environment }, options).ended;
  expect(printed).toMatch(sentence);
  expect(printed).not.toMatch(/\n\s+at |Error:/);
  expect(printed.trim()).not.toContain('\n');
  expect(code).toBe(1);
};

test.each([
  ['192.0.2.1', /^HOST is no address of this machine\. Set it to 127\.0\.0\.1/],
  ['canary.invalid', /^HOST is a name without an address\. Set it to 127\.0\.0\.1/],
])('the HOST %s is refused with a sentence', async (host, sentence) => {
  await expectSentence({ DATA_DIR: tempFolder(), HOST: host }, sentence);
});

/** A folder that the server's user finds, but may not use. */
const closedFolder = () => {
  const folder = join(tempFolder(), 'data');
  chmodSync(dirname(folder), 0o755);
  mkdirSync(folder);
  return folder;
};

testAsOther('a data folder of another user is refused with a sentence, with a key of its own and without', async () => {
  const folder = closedFolder();
  chmodSync(folder, 0o500);
  const owner = /belongs? to (another user|the user who runs the server)/;
  await expectSentence({ DATA_DIR: folder }, owner, true);
  await expectSentence({ DATA_DIR: folder, ENCRYPTION_KEY: key }, owner, true);
  await expectSentence({ DATA_DIR: join(folder, 'deeper'), ENCRYPTION_KEY: key }, owner, true);
  expect(readdirSync(folder)).toEqual([]);
  chmodSync(folder, 0o700);
});

testAsOther('a key or a database of another user is refused with a sentence that names the file', async () => {
  const folder = closedFolder();
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, 'encryption.key'), key, { mode: 0 });
  await expectSentence({ DATA_DIR: folder }, /^The encryption key .*encryption\.key .*belongs to another user/, true);
  writeFileSync(join(folder, 'topo-for-zapier.sqlite'), '', { mode: 0 });
  await expectSentence({ DATA_DIR: folder, ENCRYPTION_KEY: key }, /topo-for-zapier\.sqlite cannot be written/, true);
});

test('a data folder that is a file is refused with a sentence', async () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  await expectSentence({ DATA_DIR: file }, /DATA_DIR/);
  await expectSentence({ DATA_DIR: file, ENCRYPTION_KEY: key }, /DATA_DIR/);
});

testWithDisk('a full disk without a key is told, and no half of a key stays (needs to mount a disk)', () =>
  onSmallDisk(async (folder) => {
    const empty = fillDisk(folder);
    await expectSentence({ DATA_DIR: folder }, /^The encryption key .*the disk is full\. Free some space/);
    await expectSentence(
      { DATA_DIR: folder, ENCRYPTION_KEY: key },
      /^The disk that holds .* is full\. Free some space/,
    );
    empty();
    expect(readdirSync(folder).filter((name) => name.startsWith('encryption'))).toEqual([]);
    const server = startServer({ DATA_DIR: folder });
    await server.url;
    server.child.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 0 });
  }),
);
