import { existsSync, globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { definition, textsIn } from '../../support/definition.ts';
import { readNames } from '../../support/worked-zaps.ts';

// What stands in the tables is proven by the Zaps that run with it. This is about the text around them.

const ofTheApp = new Set(textsIn(definition).map(({ text }) => text));

/** What pages of the dashboard call so. */
const ofTheDashboard = ['Import a list', 'Look at these again', 'Sign in'];
const pages = globSync('webhook-server/dashboard/pages/*.tsx').map((path) => readFileSync(path, 'utf8'));

/** What Zapier, other apps and the document itself call so, and what a list of people holds once it is opened. */
const ofOthers = [
  'CSV UTF-8',
  'Fallback Value',
  'Find User',
  'Formatter by Zapier: Utilities',
  'Handed Over',
  'Leave',
  'Owner Email',
  'Send Email',
  'Tasks left',
  'Test step',
  'Topo: Find Task',
  'Unnamed person 1a2b3c4d',
  'a colleague',
];

test('the steps, fields and choices that the text names are called so in the app', () => {
  const names = readNames();
  expect(names).toContain('Also Start for New Tasks');
  expect(names).toContain('Task Reassigned');
  expect(names).toContain('Open for Seconds');
  const unknown = names.filter((name) => !ofTheApp.has(name));
  expect(unknown.toSorted()).toEqual([...ofOthers, ...ofTheDashboard].toSorted());
});

test('the buttons, links and headings that the text names are called so on the dashboard', () => {
  for (const name of ofTheDashboard) expect(pages.some((page) => page.includes(`>${name}<`))).toBe(true);
});

test('each picture is there, and says what it shows', () => {
  const shown = [...readFileSync('docs/zaps.md', 'utf8').matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)];
  expect(shown.length).toBeGreaterThan(4);
  for (const [, what = '', path = ''] of shown) {
    expect(what).toMatch(/^[A-Z].{20,}\.$/);
    expect(existsSync(`docs/${path}`)).toBe(true);
  }
});

test('the words at the end stand in the order of the alphabet, and in the text', () => {
  const [text = '', glossary = ''] = readFileSync('docs/zaps.md', 'utf8').split('\n## Words\n');
  const words = [...glossary.matchAll(/^\| ([a-z][^|]*) \|/gm)]
    .map(([, word = '']) => word)
    .filter((word) => word !== 'word');
  expect(words.length).toBeGreaterThan(20);
  expect(words).toEqual(words.toSorted());
  const read =
    `${text}${readFileSync('docs/errors.md', 'utf8')}${[...ofTheApp].join(' ')}${pages.join('')}`.toLowerCase();
  expect(words.flatMap((word) => word.split(', ')).filter((word) => !read.includes(word))).toEqual([]);
});
