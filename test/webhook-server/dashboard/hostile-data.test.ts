import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createBrowser } from '../../support/browse.ts';
import { startHttp } from '../../support/started-http.ts';
import { happen, idOf } from '../../support/tenancy/world.ts';

const token = 'o'.repeat(40);

/** Ends an attribute, a text and a script, and loads or runs something wherever it would be taken for markup. */
const hostile = `"'></textarea></script><img src=x onerror=alert(1)><script>alert(1)</script>&lt;`;

let http: Awaited<ReturnType<typeof startHttp>>;
let workspace: ReturnType<typeof createBrowser>;
let operator: ReturnType<typeof createBrowser>;
let hookId: string;

beforeAll(async () => {
  http = await startHttp({ sandbox: { taskCount: 0 }, operatorToken: token });
  workspace = createBrowser(http.url);
  operator = createBrowser(http.url);
  await workspace.signIn(http.keys.full);
  await operator.post('/operator-sign-in', { token });
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/abc/';
  const { json } = await http.call('POST', '/hooks', http.keys.full, { target_url, event: 'task.reassigned' });
  hookId = json.id;
  await http.call('POST', '/people/import', http.keys.full, [
    { user_id: idOf('user', 0), name: hostile, email: null },
    { user_id: idOf('user', 1), name: hostile, email: 'a@example.com' },
  ]);
  await http.call('PATCH', `/hooks/${hookId}`, http.keys.full, { name: hostile });
  await happen(http.store.work, { kind: 'scan', to: 0 }, http.nowMs());
  http.passTime(1000);
  await happen(http.store.work, { kind: 'scan', to: 1 }, http.nowMs());
  // A target's answer, and Topo's, end up in reasons.
  const claims = await http.store.work.claimDeliveries({ limit: 100, perHook: 8, leaseMs: 45_000, rateLimits: null });
  const outcome = { kind: 'dead', afterMs: 0, reason: hostile, certainty: 'refused' } as const;
  await http.store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome })));
});
afterAll(() => http.close());

const csv = `user_id,name\n${idOf('user', 2)},"${hostile.replaceAll('"', '""')}"\n`;
const inUrl = encodeURIComponent(hostile);

/** Every page, with what somebody else chose in as many places as it has. */
const pages: [string, () => Promise<{ text: string }>][] = [
  ['sign-in', () => workspace.get(`/sign-in?next=${inUrl}`)],
  ['a sign-in that is refused', () => createBrowser(http.url).post('/sign-in', { key: hostile, next: hostile })],
  ['health', () => workspace.get('/health')],
  ['events', () => workspace.get('/events')],
  ['events, filtered', () => workspace.get(`/events?event=${inUrl}`)],
  ['why', () => workspace.get(`/why?hook=${hookId}`)],
  ['why, filtered', () => workspace.get(`/why?hook=${hookId}&contact=${inUrl}`)],
  ['send-again', () => workspace.get(`/send-again?hook=${hookId}`)],
  ['send-again, filtered', () => workspace.get(`/send-again?state=${inUrl}`)],
  ['who-to-whom', () => workspace.get('/who-to-whom')],
  ['who-to-whom, filtered', () => workspace.get(`/who-to-whom?source=${inUrl}`)],
  ['people', () => workspace.get('/people')],
  ['people, searched', () => workspace.get(`/people?q=${inUrl}`)],
  ['people, twice', () => workspace.get('/people?show=duplicates')],
  ['people-import', () => workspace.get('/people-import')],
  ['people-preview', () => workspace.post('/people-preview', { csv })],
  ['people-preview with faults', () => workspace.post('/people-preview', { csv: `${csv}${hostile}\n` })],
  ['people-import, done', () => workspace.post('/people-import', { csv })],
  ['operator-sign-in', () => createBrowser(http.url).post('/operator-sign-in', { token: hostile })],
  ['operator', () => operator.get('/operator')],
  ['operator-hooks', () => operator.get(`/operator-hooks?workspace=${inUrl.slice(0, 90).replace(/%\w?$/, '')}`)],
  ['operator-deliveries', () => operator.get(`/operator-deliveries?hook=${hookId}`)],
  ['a page that is not there', () => workspace.get(`/${inUrl}`)],
];

test.each(pages)('%s shows markup as text', async (_name, open) => {
  const { text } = await open();
  expect(text).toContain('<h1>');
  expect(text).not.toMatch(/<img|<script>|"'>/);
});

test('the hostile texts are there, so that their escaping was seen', async () => {
  const shown = '&lt;img src=x onerror=alert(1)';
  const seen = [
    (await workspace.get('/people')).text,
    (await workspace.get('/events')).text,
    (await workspace.get('/who-to-whom')).text,
    (await workspace.get(`/send-again?hook=${hookId}`)).text,
    (await workspace.post('/people-preview', { csv })).text,
    (await workspace.get(`/people?q=${inUrl}`)).text,
    (await operator.get(`/operator-deliveries?hook=${hookId}`)).text,
  ];
  expect(seen.map((text) => text.includes(shown))).toEqual(seen.map(() => true));
});

test('every page of the dashboard is among these', async () => {
  const { readdirSync } = await import('node:fs');
  const files = readdirSync(new URL('../../../webhook-server/dashboard/pages/', import.meta.url));
  const named = pages.map(([name]) => name.split(/[ ,]/)[0]);
  const missing = files.map((file) => file.replace(/\.tsx$/, '')).filter((page) => !named.includes(page));
  // It writes the items of the list, as the list does.
  expect(missing).toEqual(['events-stream']);
});
