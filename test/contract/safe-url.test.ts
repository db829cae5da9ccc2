import { expect, test } from '@jest/globals';
import { isSafeBaseUrl } from '../../contract/safe-url.ts';

test.each([
  'https://api.topo.io/v1',
  'https://example.com:8443',
  'http://localhost:4010/v1',
  'http://127.0.0.1:4010',
  'http://127.1:4010',
  'http://[::1]:4010/v1/',
  'https://example.com/@proxy/v1',
])('%s is a safe base URL', (url) => {
  expect(isSafeBaseUrl(url)).toBe(true);
});

test.each([
  '',
  'api.topo.io',
  'http://api.topo.io/v1',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'ftp://localhost',
  'https://user@api.topo.io',
  'https://:password@api.topo.io',
  'https://api.topo.io/v1?key=1',
  'https://api.topo.io/v1#part',
  'https://api.topo.io/v1?',
  'https://api.topo.io/v1#',
  'https://api.topo.io?',
  'https://@api.topo.io/v1',
  'https:api.topo.io/v1',
  'https:///api.topo.io/v1',
  'https:\\\\api.topo.io\\v1',
  'https://api.topo.io/v1 ',
  'https://api.topo\n.io/v1',
  'https://api.topo.io/v1\t',
])('“%s” is not a safe base URL', (url) => {
  expect(isSafeBaseUrl(url)).toBe(false);
});
