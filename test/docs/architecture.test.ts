import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** What a document names in backticks that looks like a place in the tree, such as `store/flows/` or `docs/zaps.md`. */
const placesIn = (document: string): string[] =>
  [...read(document).matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/?)`/g)]
    .flatMap(([, place]) => place ?? [])
    .filter((place) => place.includes('/') && /\/$|\.(ts|mjs|json|md)$/.test(place))
    // Made by a command.
    .filter((place) => !/^(dist|build|node_modules)\//.test(place));

/** A name may be short: `store/` within `webhook-server/`. */
const folders = [
  '',
  'zapier/',
  'webhook-server/',
  'webhook-server/http/',
  'webhook-server/store/',
  'webhook-server/detector/',
  'webhook-server/dashboard/',
  'dev/',
  'test/',
];
const isThere = (place: string): boolean => folders.some((folder) => existsSync(new URL(`${folder}${place}`, root)));

test.each(['docs/architecture.md', 'CONTRIBUTING.md', 'README.md', 'docs/security.md', 'docs/dependencies.md'])(
  'every place that %s names is there',
  (document) => {
    expect(placesIn(document).filter((place) => !isThere(place))).toEqual([]);
  },
);

test('the map names every folder of the webhook server and of dev/', () => {
  const map = read('docs/architecture.md').split('## Invariants')[0] ?? '';
  const named = ['webhook-server/', 'dev/'].flatMap((parent) =>
    readdirSync(new URL(parent, root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${name}/`),
  );
  expect(named.filter((name) => !map.includes(name))).toEqual([]);
});
