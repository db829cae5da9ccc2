import { execFile } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, inspect, promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { decodeKey, EncryptionKeyError, loadEncryptionKey } from '../../../webhook-server/secrets/encryption-key.ts';
import { Secret } from '../../../webhook-server/secrets/secret.ts';
import { createVault } from '../../../webhook-server/secrets/vault.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const vault = createVault(Buffer.alloc(32, 1));
const secret = new Secret('topo_canary');

test('a secret prints as [secret] wherever it is printed', () => {
  const printed = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ deep: [secret] }),
    `${new Error(`${secret}`)}`,
    `x${secret}`.concat(String([secret])),
    format('%s %o %O %j', secret, secret, secret, secret),
    inspect(secret, { showHidden: true, depth: 10 }),
    inspect(new Error('no', { cause: secret })),
    inspect(new Map([['key', secret]])),
    JSON.stringify([Object.assign({}, { secret })]),
  ];
  for (const text of printed) {
    expect(text).toContain('[secret]');
    expect(text).not.toContain('canary');
  }
});

test('inspecting or copying a secret does not reveal it', () => {
  const seen = [
    inspect(secret, { customInspect: false, showHidden: true }),
    JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
    inspect(structuredClone(secret)),
    inspect({ ...secret }),
    Object.values(secret).join(),
  ];
  expect(seen.join()).not.toContain('canary');
});

test('a sealed value opens with the same associated data', () => {
  expect(vault.open(vault.seal(secret, 'hook/1/target'), 'hook/1/target').reveal()).toBe('topo_canary');
});

test('the same secret is sealed differently each time, and never in plain text', () => {
  const sealed = [vault.seal(secret, 'a'), vault.seal(secret, 'a')];
  expect(new Set(sealed).size).toBe(2);
  expect(Buffer.from(sealed[0] ?? '', 'base64url').toString('latin1')).not.toContain('canary');
});

test('a sealed value does not open at another place, with another key, or when it was altered', () => {
  const sealed = vault.seal(secret, 'hook/1/target');
  const altered = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
  expect(() => vault.open(sealed, 'hook/2/target')).toThrow('does not open');
  expect(() => createVault(Buffer.alloc(32, 2)).open(sealed, 'hook/1/target')).toThrow('does not open');
  expect(() => vault.open(altered, 'hook/1/target')).toThrow('does not open');
  expect(() => vault.open('', 'hook/1/target')).toThrow('does not open');
  expect(() => vault.open(sealed.slice(0, 20), 'hook/1/target')).toThrow('does not open');
});

test('a hash depends on the key and on the purpose', () => {
  const hashes = [vault.hash(secret, 'a'), vault.hash(secret, 'b'), createVault(Buffer.alloc(32, 2)).hash(secret, 'a')];
  expect(new Set(hashes).size).toBe(3);
  expect(vault.hash(secret, 'a')).toBe(hashes[0]);
});

test('a key is made once in the data folder, for its owner alone', () => {
  const folder = join(tempFolder(), 'new');
  const key = loadEncryptionKey(undefined, folder);
  expect(key.bytes).toHaveLength(32);
  expect(key.isCanonical).toBe(true);
  expect(loadEncryptionKey(undefined, folder)).toEqual(key);
  expect(statSync(join(folder, 'encryption.key')).mode & 0o777).toBe(0o600);
});

test('processes that start together on a new folder share one key, and leave no other file', async () => {
  const folder = tempFolder();
  const load = `
    import { loadEncryptionKey } from ${JSON.stringify(new URL('../../../dist/webhook-server/secrets/encryption-key.js', import.meta.url).href)};
    process.stdout.write(loadEncryptionKey(undefined, ${JSON.stringify(folder)}).bytes.toString('hex'));`;
  const keys = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', load]);
      return stdout;
    }),
  );
  expect(new Set(keys)).toEqual(new Set([loadEncryptionKey(undefined, folder).bytes.toString('hex')]));
  expect(readdirSync(folder)).toEqual(['encryption.key']);
});

test('a truncated key file is refused with a sentence', () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'encryption.key'), 'abc');
  expect(() => loadEncryptionKey(undefined, folder)).toThrow('must hold 32 bytes');
});

test('a key file that cannot be read or created gives a sentence, and only its owner can use the folder', () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  expect(() => loadEncryptionKey(undefined, join(file, 'data'))).toThrow(EncryptionKeyError);
  expect(() => loadEncryptionKey(undefined, join(file, 'data'))).toThrow(/cannot be read or written.*DATA_DIR/);
  const folder = join(tempFolder(), 'data');
  loadEncryptionKey(undefined, folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

const bytes = Buffer.from('ab'.repeat(16) + 'ff'.repeat(16), 'hex');

test.each([
  ['hexadecimal', bytes.toString('hex'), true],
  ['capital hexadecimal', bytes.toString('hex').toUpperCase(), true],
  ['base64', bytes.toString('base64'), true],
  ['base64 and a line break', `${bytes.toString('base64')}\n`, true],
  ['base64 without padding', bytes.toString('base64').replace('=', ''), false],
  ['base64 for URLs', bytes.toString('base64url'), false],
  ['a pass phrase', 'password-password-password-password-passwor', false],
  ['letters that base64 has not', `é${bytes.toString('base64')}`, false],
  ['two padding characters', `${bytes.toString('base64')}=`, false],
])('a key in %s is decoded, and it is told whether a program wrote it', (_what, text, isCanonical) => {
  expect(decodeKey(text)?.isCanonical).toBe(isCanonical);
});
