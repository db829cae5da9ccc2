import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createBrowser } from '../../support/browse.ts';
import { startHttp } from '../../support/started-http.ts';
import { happen, idOf } from '../../support/tenancy/world.ts';

const hourMs = 3_600_000;

let http: Awaited<ReturnType<typeof startHttp>>;
let browser: ReturnType<typeof createBrowser>;

beforeAll(async () => {
  http = await startHttp({ sandbox: { taskCount: 0 } });
  browser = createBrowser(http.url);
  await browser.signIn(http.keys.full);
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/abc/';
  await http.call('POST', '/hooks', http.keys.full, { target_url, event: 'task.reassigned' });
});
afterAll(() => http.close());

test('who has handed nothing over is told what to do', async () => {
  const { text } = await browser.get('/who-to-whom');
  expect(text).toContain('Choose a longer one.');
  expect(text).not.toContain('<table>');
});

test('who hands tasks to whom is counted in a chosen time, drawn by the day, and downloaded', async () => {
  await http.call('POST', '/people/import', http.keys.full, [
    { user_id: idOf('user', 0), name: '=HYPERLINK("https://example.com")', email: null },
    { user_id: idOf('user', 1), name: 'Ada "A" Example', email: null },
    { user_id: idOf('user', 2), name: '\t@grace', email: null },
  ]);
  // Three people have a task each, and pass it on twice; then nobody has one.
  for (const to of [0, 1, 2, 3]) {
    http.passTime(hourMs);
    await happen(http.store.work, { kind: 'scan', to }, http.nowMs());
  }
  const { text } = await browser.get('/who-to-whom');
  expect(text).toContain('Tasks changed hands 9 times.');
  const from = `events?event=task.reassigned&amp;from=${idOf('user', 0)}&amp;to=`;
  expect(text).toContain(`<a href="${from}${idOf('user', 1)}">2</a>`);
  expect(text).toContain(`<a href="${from}none">1</a>`);
  expect(text).toMatch(/data-chart="{&quot;since&quot;:\d+,&quot;until&quot;:\d+,&quot;hours&quot;:\[\[\d+,3\]/);

  const before = new Date(http.nowMs()).toISOString();
  const early = await browser.get(`/who-to-whom?until=${before}`);
  expect(early.text).toContain('Tasks changed hands 6 times.');
  expect((await browser.get(`/who-to-whom?since=${before.slice(0, 16)}`)).text).toContain('changed hands 3 times.');
  expect((await browser.get('/who-to-whom?source=zapier')).text).toContain('No hand-over fits these filters.');

  const third = `person=${idOf('user', 2)}`;
  const ofOne = await browser.get(`/who-to-whom?${third}&source=topo`);
  // Two who gave to her, two to whom she gave, and the one that she gave up.
  expect(ofOne.text).toContain('Tasks changed hands 5 times.');
  expect(ofOne.text).toMatch(new RegExp(`href="who-to-whom.csv\\?since=[^"]+&amp;source=topo&amp;${third}"`));
  expect(ofOne.text).toContain(`<option value="${idOf('user', 2)}" selected`);
  const csvOfOne = (await browser.get(`/who-to-whom.csv?${third}`)).text.trimEnd().split('\r\n');
  expect(csvOfOne.slice(1).every((line) => line.includes(idOf('user', 2)))).toBe(true);

  const csv = await browser.get('/who-to-whom.csv');
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(csv.headers.get('content-disposition')).toBe('attachment; filename="who-to-whom.csv"');
  const [first, ...lines] = csv.text.trimEnd().split('\r\n');
  expect(first).toBe('"from_id","from","to_id","to","hand_overs"');
  expect(lines).toHaveLength(6);
  expect(lines).toContain(
    `"${idOf('user', 0)}","'=HYPERLINK(""https://example.com"")","${idOf('user', 1)}","Ada ""A"" Example",2`,
  );
  expect(lines.filter((line) => line.includes('"nobody"'))).toHaveLength(3);
  expect(csv.text).not.toMatch(/"\s*[=+@-]/);
  const inTime = await browser.get(`/who-to-whom.csv?until=${before}`);
  expect(inTime.text).not.toContain('"nobody"');
});

test.each([
  'since=yesterday',
  'since=2026-03-03T00:00Z&until=2026-03-02T00:00Z',
  'since=2020-01-01T00:00&until=2026-03-02T00:00',
])('a time that cannot be shown is refused: %s', async (query) => {
  expect((await browser.get(`/who-to-whom?${query}`)).status).toBe(400);
  expect((await browser.get(`/who-to-whom.csv?${query}`)).status).toBe(400);
});

test('a key that may not read sequences is shown no templates, and counts none', async () => {
  const [workspace] = http.sandbox.workspaces;
  const query = `/who-to-whom?template=${idOf('task', 1)}`;
  expect((await browser.get(query)).status).toBe(200);
  const reader = createBrowser(http.url);
  await reader.signIn(workspace.keys.tasksOnly);
  expect((await reader.get('/who-to-whom')).status).toBe(200);
  expect((await reader.get(query)).status).toBe(403);
});
