import { expect, test } from '@jest/globals';
import { zapierUserOf } from '../../../webhook-server/seals/zapier-user-of-target.ts';

const userOf = (url: string) => zapierUserOf(new URL(url));

test.each([
  ['https://hooks.zapier.com/hooks/standard/1234/abc/', 'hooks.zapier.com/1234'],
  ['https://hooks.zapier.com/hooks/standard/1234/other', 'hooks.zapier.com/1234'],
  ['https://hooks.zapier.com/hooks/catch/1234/abc/', 'hooks.zapier.com/1234'],
  ['http://127.0.0.1:4020/hooks/standard/7/abc/', '127.0.0.1:4020/7'],
])('the Zapier user of %s is in its path', (url, user) => {
  expect(userOf(url)).toBe(user);
});

test.each([
  'https://hooks.zapier.com/1',
  'https://hooks.zapier.com/hooks/standard/1234',
  'https://hooks.zapier.com/hooks/other/1234/abc/',
  'https://hooks.zapier.com/x/hooks/standard/1234/abc/',
  'https://hooks.zapier.com/hooks/standard//abc/',
])('%s holds no Zapier user', (url) => {
  expect(userOf(url)).toBeUndefined();
});
