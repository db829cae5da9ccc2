import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const code = globSync('webhook-server/**/*.{ts,tsx}')
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')
  // Texts that are told in several lines of code.
  .replaceAll(/' \+\s+['`]/g, '')
  .replaceAll(/\s+/g, ' ');

/** The sections that begin so, without what they have of commands. */
const sectionsOf = (...headings: string[]): string =>
  readFileSync('docs/operate.md', 'utf8')
    .split(/^## /m)
    .filter((section) => headings.some((heading) => section.startsWith(`${heading}\n`)))
    .join('')
    .replaceAll(/```[^`]+```/g, '')
    .replaceAll(/\s+/g, ' ');

const troubles = sectionsOf(
  'My Zap did not fire',
  'Upgrade and going back',
  'After an outage',
  'What each alert means',
);

const all = (pattern: RegExp, text: string): string[] => [...text.matchAll(pattern)].map(([, name = '']) => name);

test('what the server, its log and its pages are said to say is said there', () => {
  const quoted = all(/“([^”]+)”/g, troubles).filter((words) => !/^[A-Z] to [A-Z]$/.test(words));
  const logged = all(/`((?:[a-z]+|Topo)[ ,][^`]+)`/gi, troubles).filter((words) => !/^(npm|git|GET|POST) /.test(words));
  expect(quoted.length).toBeGreaterThan(8);
  expect(logged.length).toBeGreaterThan(6);
  expect([...quoted, ...logged].filter((words) => !code.includes(words))).toEqual([]);
});

test('the five questions are those of the dashboard', () => {
  const asked = all(/question="([^"]+)"/g, code);
  expect(all(/\*\*([^*]+\?)\*\* \|/g, troubles)).toEqual(asked);
});

test('the metrics that the document names are there', () => {
  const named = all(/`topo_zapier_([a-z_]+)`/g, sectionsOf('My Zap did not fire', 'What each alert means', 'Watching'));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !code.includes(`'${name}'`) && !code.includes(`}${name}\``))).toEqual([]);
});
