import { expect, test } from '@jest/globals';
import { definition, textsIn } from '../../support/definition.ts';
import { readNames } from '../../support/worked-zaps.ts';

// What stands in the tables is proven by the Zaps that run with it. This is about the text around them.

const ofTheApp = new Set(textsIn(definition).map(({ text }) => text));

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
  'Unnamed person 1a2b3c4d',
  'a colleague',
];

test('the steps, fields and choices that the text names are called so in the app', () => {
  const names = readNames();
  expect(names).toContain('Also Start for New Tasks');
  expect(names).toContain('Task Reassigned');
  expect(names).toContain('Open for Seconds');
  expect(names.filter((name) => !ofTheApp.has(name)).toSorted()).toEqual(ofOthers);
});
