import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createBrowser } from '../../support/browse.ts';
import { startHttp } from '../../support/started-http.ts';
import { happen, idOf } from '../../support/tenancy/world.ts';

const seed = Number(process.env['SEED'] ?? 20_260_302);
const count = Number(process.env['REQUESTS'] ?? 600);
const much = 100_000_000;
const token = 'o'.repeat(40);

const source = readFileSync(new URL('../../../webhook-server/dashboard/create-dashboard.ts', import.meta.url), 'utf8');

/** Every route of the dashboard but the stream, which does not end, and those that end a session. */
const routes = [...source.matchAll(/dashboard\.(get|post)\(\s*'([^']+)'/g)]
  .map(([, method = '', path = '']) => ({ method: method.toUpperCase(), path: path.replace(':name', 'times.js') }))
  .filter(({ path }) => path !== '/events-stream' && !path.endsWith('sign-out'));

const names = [
  'next',
  'key',
  'token',
  'page',
  'state',
  'workspace',
  'hook',
  'before',
  'delivery',
  'event',
  'from',
  'to',
  'since',
  'total',
  'done',
  'until',
]
  .concat(['source', 'show', 'q', 'after', 'user_id', 'name', 'email', 'aliases', 'away_until', 'csv', '__proto__'])
  .map((name) => fc.constant(name));

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '1',
    'none',
    'all',
    'unnamed',
    'dead',
    'failing',
    'task.closed',
    idOf('user', 1),
    'hok_1',
    '2026-03-02T09:00',
    '0000-01-01T00:00:00+14:00',
    '99999999',
  ),
  fc.constantFrom('user_id,name\n', `user_id,name\n${idOf('user', 2)},"Kim"\n`, '"', '2026-12-01', 'a@example.com'),
);

const fields = fc.array(fc.tuple(fc.oneof(...names), value), { maxLength: 8 });
const requests = fc.record({ route: fc.constantFrom(...routes), query: fields, form: fields });

const toText = (pairs: [string, string][]): string =>
  new URLSearchParams(pairs.map(([name, text]) => [name, text.toWellFormed()])).toString();

test(`${count} generated requests to its pages are all answered, never with the server’s own fault`, async () => {
  const http = await startHttp({
    sandbox: { taskCount: 0 },
    operatorToken: token,
    limits: { requestsPerMinute: much, newKeysPerMinute: much, unauthenticatedPerMinute: much },
  });
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/abc/';
  await http.call('POST', '/hooks', http.keys.full, { target_url, event: 'task.reassigned' });
  for (const to of [0, 1]) await happen(http.store.work, { kind: 'scan', to }, http.nowMs() + to);
  const browser = createBrowser(http.url);
  await browser.signIn(http.keys.full);
  await browser.post('/operator-sign-in', { token });
  const faults: unknown[] = [];
  const answered = new Map<string, number>();
  for (const { route, query, form } of fc.sample(requests, { numRuns: count, seed })) {
    // A key that is refused ends the session.
    if (!browser.cookies.has('topo_session')) await browser.signIn(http.keys.full);
    const path = `${route.path}?${toText(query)}`;
    const { status, text } =
      route.method === 'GET'
        ? await browser.get(path)
        : await browser.post(path, Object.fromEntries(form.map(([name, part]) => [name, part.toWellFormed()])));
    const name = `${route.method} ${route.path}`;
    if (status === 200) answered.set(name, (answered.get(name) ?? 0) + 1);
    if (status >= 500) faults.push({ name, path, form, status, text });
  }
  await http.close();
  expect(faults).toEqual([]);
  const reading = routes.filter(({ method }) => method === 'GET').map(({ path }) => `GET ${path}`);
  // Of a hook that is not there nothing is listed, and the last leads to another page.
  expect(reading.filter((name) => !answered.has(name))).toEqual(['GET /operator-deliveries', 'GET /']);
});

test('a workspace sees people and events of its own alone', async () => {
  const http = await startHttp({ sandbox: { taskCount: 0 } });
  await http.call('PUT', `/people/${idOf('user', 0)}`, http.keys.full, { name: 'Named by north' });
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/abc/';
  await http.call('POST', '/hooks', http.keys.full, { target_url, event: 'task.reassigned' });
  for (const to of [0, 1]) await happen(http.store.work, { kind: 'scan', to }, http.nowMs() + to * 1000);
  const north = createBrowser(http.url);
  await north.signIn(http.keys.full);
  const south = createBrowser(http.url);
  await south.signIn(http.foreignKey);
  const [id = ''] = /evt_\w+/.exec((await north.get('/events')).text) ?? [];
  expect(id).not.toBe('');
  for (const page of [
    'health',
    'why',
    'events',
    'who-to-whom',
    'who-to-whom.csv',
    'send-again',
    'people',
    'people?q=north',
    'people?show=duplicates',
  ]) {
    expect((await south.get(`/${page}`)).text).not.toMatch(/Named by north|evt_|data-chart|3c90c3cc/);
  }
  expect((await south.get(`/events?before=${id}`)).status).toBe(404);
  await south.post('/people-remove', { user_id: idOf('user', 0) });
  expect((await north.get('/people')).text).toContain('Named by north');
  await http.close();
});
