import { expect, test } from '@jest/globals';
import { createTargetCheck, readAllowedHost } from '../../webhook-server/hook-target.ts';

const checkFor = (...entries: string[]) =>
  createTargetCheck(
    entries.map((entry) => {
      const host = readAllowedHost(entry);
      if (host === undefined) throw new Error(`${entry} is no entry`);
      return host;
    }),
  );

const zapier = checkFor('hooks.zapier.com');

test.each([
  'https://hooks.zapier.com/hooks/standard/1/abc/',
  'https://hooks.zapier.com:443/hooks/standard/1/abc/',
  'HTTPS://HOOKS.ZAPIER.COM/hooks/standard/1/abc/?a=b',
])('%s is allowed', (target) => {
  expect(zapier(target).kind).toBe('allowed');
});

test.each([
  'http://hooks.zapier.com/1',
  'https://hooks.zapier.com:8443/1',
  'https://hooks.zapier.com./1',
  'https://hooks.zapier.com.evil.example/1',
  'https://evil.example/hooks.zapier.com',
  'https://evil.example#hooks.zapier.com',
  'https://evil.example?hooks.zapier.com',
  'https://hooks.zapier.com@evil.example/1',
  'https://user:password@hooks.zapier.com/1',
  'https://user@hooks.zapier.com/1',
  'https://evil.example\\@hooks.zapier.com/1',
  'https://hooks.zapier.com/1#fragment',
  'https://zapier.com/1',
  'https://x.hooks.zapier.com/1',
  'https://hооks.zapier.com/1',
  'https://127.0.0.1/1',
  'https://127.1/1',
  'https://2130706433/1',
  'https://0x7f000001/1',
  'https://[::1]/1',
  'https://[::ffff:127.0.0.1]/1',
  'https://localhost/1',
  'ftp://hooks.zapier.com/1',
  'file:///etc/passwd',
  'javascript:alert(1)',
  '//hooks.zapier.com/1',
  'hooks.zapier.com/1',
  '',
])('%s is refused', (target) => {
  expect(zapier(target).kind).toBe('refused');
});

test('plain http is for a literal loopback address with a port, and for that port alone', () => {
  const local = checkFor('127.0.0.1:4020', '[::1]:4020', 'localhost:4021', 'example.com:8080');
  expect(local('http://127.0.0.1:4020/x').kind).toBe('allowed');
  expect(local('http://[::1]:4020/x').kind).toBe('allowed');
  expect(local('https://127.0.0.1:4020/x').kind).toBe('allowed');
  expect(local('https://example.com:8080/x').kind).toBe('allowed');
  for (const target of [
    'http://127.0.0.1/x',
    'http://127.0.0.1:4021/x',
    'http://localhost:4021/x',
    'http://example.com:8080/x',
  ]) {
    expect(local(target).kind).toBe('refused');
  }
});

test('a loopback address without a port may not be reached by plain http', () => {
  expect(checkFor('127.0.0.1')('http://127.0.0.1:443/x').kind).toBe('refused');
});

test.each([
  '*',
  '*.zapier.com',
  'https://hooks.zapier.com',
  'hooks.zapier.com/',
  'hooks.zapier.com/x',
  '0x7f000001:80',
  '127.1:80',
  'a@b',
  'hооks.zapier.com',
  ' ',
  'host:',
  'host:99999',
  'host:x',
])('“%s” is no entry of the list', (entry) => {
  expect(readAllowedHost(entry)).toBeUndefined();
});
