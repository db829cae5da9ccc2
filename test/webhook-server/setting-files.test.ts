import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readConfig, settingNames } from '../../webhook-server/config.ts';
import { findMisspelt } from '../../webhook-server/misspelt-settings.ts';
import { tempFolder } from '../support/temp-folder.ts';

const key = 'ab'.repeat(32);
const databaseUrl = 'postgres://canary:canary@localhost/canary';

const fileWith = (text: string): string => {
  const path = join(tempFolder(), 'canary');
  writeFileSync(path, text);
  return path;
};

test.each(['', '\n', '\r\n'])('a setting may stand in a file, whose last line may end with %j', (end) => {
  const config = readConfig({
    ENCRYPTION_KEY_FILE: fileWith(key + end),
    ENCRYPTION_KEY_OLD_FILE: fileWith(key + end),
    DATABASE_URL_FILE: fileWith(databaseUrl + end),
  });
  expect(config.encryptionKey?.reveal()).toBe(key);
  expect(config.oldEncryptionKey?.reveal()).toBe(key);
  expect(config.databaseUrl?.reveal()).toBe(databaseUrl);
});

test('a variable for a file that is empty counts as unset', () => {
  expect(readConfig({ ENCRYPTION_KEY_FILE: ' ' }).encryptionKey).toBeUndefined();
});

const folder = (): string => {
  const path = join(tempFolder(), 'canary');
  mkdirSync(path);
  return path;
};

test.each([
  ['is not there', () => join(tempFolder(), 'canary'), 'names a file that is not there'],
  ['is empty', () => fileWith('\n'), 'names a file that is empty'],
  ['is a folder', folder, 'names a folder, and must name a file'],
  ['is within a file', () => join(fileWith('canary'), 'canary'), 'names a file that is not there'],
])('a file that %s is refused by the name of its variable alone', (_what, make, message) => {
  expect(() => readConfig({ NODE_ENV: 'production', ENCRYPTION_KEY_FILE: make() })).toThrow(
    new Error(`The configuration is not usable:\n  ENCRYPTION_KEY_FILE ${message}`),
  );
});

const testAsUser = process.getuid?.() === 0 || process.platform === 'win32' ? test.skip : test;

testAsUser('a file that this user may not read is refused (needs a user who is not root)', () => {
  const path = fileWith(key);
  chmodSync(path, 0);
  expect(() => readConfig({ ENCRYPTION_KEY_FILE: path })).toThrow(/ENCRYPTION_KEY_FILE .*may not read/);
});

test('a setting that stands in a variable and in a file is refused, and both are named', () => {
  expect(() => readConfig({ ENCRYPTION_KEY: key, ENCRYPTION_KEY_FILE: fileWith(key), PORT: 'canary' })).toThrow(
    new Error(
      [
        'The configuration is not usable:',
        '  ENCRYPTION_KEY_FILE and ENCRYPTION_KEY are both set: keep one of them',
        '  PORT must be a whole number from 0 to 65535',
      ].join('\n'),
    ),
  );
});

test('what a file holds is checked like a variable, and not quoted', () => {
  expect(() => readConfig({ ENCRYPTION_KEY_FILE: fileWith('canary') })).toThrow(
    new Error(
      'The configuration is not usable:\n' +
        '  The file of ENCRYPTION_KEY_FILE must hold 32 bytes, as 64 hexadecimal digits or in base64',
    ),
  );
});

test.each([
  ['TOPO_API_ULR', 'TOPO_API_URL'],
  ['HOOKS_ALLOWED_HOSTS', 'HOOK_ALLOWED_HOSTS'],
  ['POLL_INTERVAL', 'POLL_INTERVAL_MS'],
  ['ENCRYPTION_KEYFILE', 'ENCRYPTION_KEY_FILE'],
  ['DATABASE_URI', 'DATABASE_URL'],
  ['TRUST_PROXIES', 'TRUST_PROXY'],
  ['log_level', 'LOG_LEVEL'],
  ['PORTS', 'PORT'],
])('%s is nearly a setting, and %s is named', (name, probably) => {
  expect(findMisspelt(['PATH', name], settingNames)).toEqual([{ name, probably }]);
});

test.each([
  'HOME',
  'HOSTNAME',
  'PWD',
  'SHELL',
  'NODE_OPTIONS',
  'DATABASE_URL_UNPOOLED',
  'TOPO_API_KEY',
  'TOPO_SERVICE_HOST',
  'WEBHOOK_SERVER_URL',
  'npm_config_loglevel',
])('%s belongs to somebody else', (name) => {
  expect(findMisspelt([name, ...settingNames], settingNames)).toEqual([]);
});
