import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { apiMarkdown } from '../../dev/api-document/api-markdown.ts';
import { operations } from '../../webhook-server/http/openapi/operations.ts';

const file = new URL('../../docs/api.md', import.meta.url);

test('the document of the routes says what the routes say (npm run keep:api writes it)', () => {
  const text = apiMarkdown(operations);
  if (process.env['KEEP_API'] !== undefined) writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});
