import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PersonList } from '../../../contract/person.ts';
import { createBrowser } from '../../support/browse.ts';
import { startHttp } from '../../support/started-http.ts';
import { happen, idOf } from '../../support/tenancy/world.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
let browser: ReturnType<typeof createBrowser>;
const ada = idOf('user', 0);
const grace = idOf('user', 1);

beforeAll(async () => {
  http = await startHttp({ sandbox: { taskCount: 0 } });
  browser = createBrowser(http.url);
  await browser.signIn(http.keys.full);
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/abc/';
  await http.call('POST', '/hooks', http.keys.full, { target_url, event: 'task.reassigned' });
  await happen(http.store.work, { kind: 'scan', to: 0 }, http.nowMs());
});
afterAll(() => http.close());

const blank = { name: '', email: '', aliases: '', away_until: '' };
const listed = async () => PersonList.parse((await http.call('GET', '/people', http.keys.full)).json).items;
const find = async (userId: string) => (await listed()).find(({ user_id }) => user_id === userId);

test('whoever has no name is listed with what they work on, and is named in place', async () => {
  const unnamed = await browser.get('/people?show=unnamed&q=');
  expect(unnamed.text).toContain(ada);
  expect(unnamed.text).toContain('Has 1 open task; the newest: Call');
  const form = {
    ...blank,
    user_id: ada,
    name: 'Ada',
    email: 'ada@example.com',
    aliases: 'a@crm.example; b@crm.example',
  };
  const saved = await browser.post('/people', form, { referer: `${http.url}/dashboard/people?show=unnamed` });
  expect([saved.status, saved.headers.get('location')]).toEqual([303, 'people?show=unnamed']);
  expect(await find(ada)).toMatchObject({ name: 'Ada', aliases: ['a@crm.example', 'b@crm.example'] });
  expect((await browser.get('/people?show=unnamed')).text).not.toContain(ada);
  expect((await browser.get('/people?q=crm.example')).text).toContain(ada);
});

test('somebody is away until a day, and whatever was entered is removed again', async () => {
  await browser.post('/people', { ...blank, user_id: grace, name: 'Grace', away_until: '2027-01-01' });
  expect((await browser.get('/people')).text).toContain('Away until <time datetime="2027-01-01T00:00:00.000Z">');
  const wrong = await browser.post('/people', { ...blank, user_id: grace, away_until: 'soon' });
  expect([wrong.status, wrong.text.includes('away_until')]).toEqual([400, true]);
  expect((await browser.post('/people-remove', { user_id: grace })).status).toBe(303);
  expect(await find(grace)).toMatchObject({ name: null, away_until: null });
  expect((await browser.post('/people-remove', { user_id: idOf('task', 9) })).status).toBe(404);
});

test('people who share a name or an address are found', async () => {
  expect((await browser.get('/people?show=duplicates')).text).toContain('No two people share');
  await browser.post('/people', { ...blank, user_id: grace, name: 'Grace', email: 'A@crm.example' });
  const { text } = await browser.get('/people?show=duplicates');
  expect([text.includes(ada), text.includes(grace)]).toEqual([true, true]);
});

test('a list is previewed before anything changes, and then imported', async () => {
  const csv = `user_id,name,email\r\n${ada},Ada Lovelace,ada@example.com\r\n${idOf('user', 7)},Kim,kim@example.com\r\n`;
  const preview = await browser.post('/people-preview', { csv });
  expect(preview.status).toBe(200);
  expect(preview.text).toMatch(/<del>Ada<\/del>\s*Ada Lovelace/);
  expect(await find(ada)).toMatchObject({ name: 'Ada' });
  const imported = await browser.post('/people-import', { csv });
  expect(imported.text).toContain('2 people are named now.');
  expect(imported.text).toContain('Line 3: No task has shown this user_id yet.');
  expect(await find(ada)).toMatchObject({ name: 'Ada Lovelace' });
});

test('what is wrong with a list is told line by line, and the text stays to be mended', async () => {
  const csv = `user_id,name,email\n${ada},Ada,no address\nnobody,Kim,kim@example.com\n`;
  const { status, text } = await browser.post('/people-preview', { csv });
  expect(status).toBe(400);
  expect(text).toContain('2 lines cannot be used.');
  expect(text).toContain('Line 2, email: Expected an e-mail address, or null.');
  expect(text).toMatch(/Line 3, user_id: Expected a user id/);
  expect(text).toContain(`${ada},Ada,no address`);
  expect((await browser.post('/people-preview', { csv: 'user_id,age\n' })).text).toContain('not a known column');
  expect((await browser.post('/people-import', { csv })).status).toBe(400);
  expect(await find(ada)).toMatchObject({ email: 'ada@example.com' });
});

test('a key that may only read sees the list, and changes nobody', async () => {
  const reader = createBrowser(http.url);
  await reader.signIn(http.keys.readOnly);
  const page = await reader.get('/people');
  expect([page.status, page.text.includes('method="post" action="people"')]).toEqual([200, false]);
  for (const path of ['/people', '/people-remove']) {
    expect((await reader.post(path, { ...blank, user_id: ada, name: 'x' })).status).toBe(403);
  }
  for (const path of ['/people-preview', '/people-import']) {
    expect((await reader.post(path, { csv: `user_id\n${ada}` })).status).toBe(403);
  }
  expect((await createBrowser(http.url).post('/people', { ...blank, user_id: ada })).status).toBe(401);
});
