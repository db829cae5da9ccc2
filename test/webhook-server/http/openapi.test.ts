import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { openApiDocument } from '../../../webhook-server/http/openapi/document.ts';
import { operations } from '../../../webhook-server/http/openapi/operations.ts';
import { startHttp } from '../../support/started-http.ts';

let http: Awaited<ReturnType<typeof startHttp>>;

beforeAll(async () => {
  http = await startHttp({ scrape: async () => ({ contentType: 'text/plain', text: '' }) });
});

afterAll(() => http.close());

test('the document is served to anybody, as it was made', async () => {
  const { status, json, headers } = await http.call('GET', '/openapi.json');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('application/json');
  expect(json).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test('Redocly’s linter finds nothing in it, not even a warning', async () => {
  // Two routes never answer an error, whatever is sent to them.
  const rules = { 'operation-4xx-response': 'off' } as const;
  const config = await createConfig({ extends: ['recommended'], rules });
  const problems = await lintFromString({
    source: JSON.stringify(openApiDocument()),
    absoluteRef: 'openapi.json',
    config,
  });
  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

test('every route of the server is in it, and no other', () => {
  const described = operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
  expect(described.toSorted()).toEqual(http.routes().toSorted());
});

test.each(operations.map((operation) => [operation.id, operation] as const))(
  'the examples of %s are of the shapes that they show',
  (_id, { body, answers }) => {
    const shown = [body, ...Object.values(answers)].flatMap((each) =>
      each?.shape !== undefined && each.example !== undefined ? [each] : [],
    );
    for (const { shape, example } of shown) {
      const parsed = shape?.safeParse(example);
      expect(parsed?.error?.issues ?? []).toEqual([]);
    }
  },
);
