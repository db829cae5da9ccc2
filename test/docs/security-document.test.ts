import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const rows = read('docs/security.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| attack |'))
  .map((line) => line.slice(2, -2).split(' | '));

test('every attack has a test or a reason, and every test that is named is there', () => {
  expect(rows.length).toBeGreaterThan(50);
  const unproven = rows.filter(([attack = '', proof = '', ...more]) => {
    if (attack === '' || more.length > 0) return true;
    if (/^Reason: .{30,}\.$/.test(proof)) return false;
    const [, file = '', name = ''] = /^(test\/[\w/-]+\.test\.ts): (.{10,})$/.exec(proof) ?? [];
    return file === '' || !read(file).replaceAll("\\'", "'").includes(name);
  });
  expect(unproven).toEqual([]);
});

test('no attack is listed twice', () => {
  const attacks = rows.map(([attack]) => attack);
  expect(new Set(attacks).size).toBe(attacks.length);
});

test('SECURITY.md names nobody and no address', () => {
  expect(read('SECURITY.md')).toContain('private security advisory on the repository');
  expect(read('SECURITY.md')).not.toMatch(/@|mailto:|https?:\/\//);
});
