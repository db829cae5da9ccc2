import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Secret } from '../../../webhook-server/secrets/secret.ts';
import { createBrowser } from '../../support/browse.ts';
import { startHttp } from '../../support/started-http.ts';

const hourMs = 3_600_000;

let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  http = await startHttp({ sandbox: { taskCount: 0 } });
});
afterAll(() => http.close());

const browse = () => createBrowser(http.url);

test('a workspace signs in with its Topo key, sees its pages, and signs out', async () => {
  const browser = browse();
  const start = await browser.get('/health?since=1');
  expect([start.status, start.headers.get('location')]).toEqual([303, 'sign-in?next=health%3Fsince%3D1']);
  expect((await browser.get('/sign-in?next=health%3Fsince%3D1')).text).toContain('value="health?since=1"');

  const signedIn = await browser.signIn(http.keys.full, 'health?since=1');
  expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, 'health?since=1']);
  const page = await browser.get('/health');
  expect(page.status).toBe(200);
  expect(page.text).toContain('<h1>Health</h1>');

  expect((await browser.post('/sign-out')).status).toBe(303);
  expect((await browser.get('/health')).status).toBe(303);
});

test('a key that Topo does not accept signs nobody in, and the form says why', async () => {
  const browser = browse();
  const refused = await browser.signIn('topo_wrong');
  expect(refused.status).toBe(401);
  expect(refused.text).toContain('Topo does not accept this API key.');
  expect(browser.cookies.size).toBe(0);
  expect((await browser.signIn(http.keys.noTasks)).status).toBe(403);
  expect((await browser.signIn('two words')).status).toBe(400);
});

test('a key that Topo refuses from now on ends the session', async () => {
  const browser = browse();
  await browser.signIn(http.keys.readOnly);
  const [hash = ''] = [http.vault.hash(new Secret(http.keys.readOnly), 'topo_key')];
  http.keyCache.refuse({ hash });
  const refused = await browser.get('/health');
  expect(refused.status).toBe(401);
  expect(refused.text).toContain('Topo does not accept this API key.');
  expect(browser.cookies.size).toBe(0);
});

test('a session ends after 12 hours, whatever the browser keeps', async () => {
  const browser = browse();
  await browser.signIn(http.keys.full);
  http.passTime(12 * hourMs - 1);
  expect((await browser.get('/health')).status).toBe(200);
  http.passTime(1);
  expect((await browser.get('/health')).status).toBe(303);
});

test('the key is in the cookie alone, and sealed; a cookie that was altered signs nobody in', async () => {
  const browser = browse();
  const signedIn = await browser.signIn(http.keys.full);
  const cookie = signedIn.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^topo_session=v1\..*; HttpOnly; SameSite=Lax$/);
  expect(cookie).not.toContain(http.keys.full);
  expect((await browser.get('/health')).text).not.toContain(http.keys.full);
  const sealed = browser.cookies.get('topo_session') ?? '';
  browser.cookies.set('topo_session', sealed.slice(0, -2));
  expect((await browser.get('/health')).status).toBe(303);
  // What is sealed for another place does not open here.
  browser.cookies.set('topo_session', http.vault.seal(new Secret(http.keys.full), 'another/place'));
  expect((await browser.get('/health')).status).toBe(303);
});

test('pages run no script and show no style that is not the server’s own file', async () => {
  const { headers, text } = await browse().get('/sign-in');
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
      "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  );
  expect(headers.get('cache-control')).toBe('no-store');
  expect(text).not.toMatch(/<style|style=|<script(?![^>]* src=)|javascript:| on\w+=/);
});

test('a change that no page of this dashboard asked for is refused', async () => {
  const browser = browse();
  await browser.signIn(http.keys.full);
  const headers: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: http.url.replace('http:', 'https:') },
  ];
  for (const sent of headers) {
    const { status } = await browser.post('/sign-out', {}, sent);
    expect([sent, status]).toEqual([sent, 403]);
  }
  const { status } = await browser.get('/health');
  expect(status).toBe(200);
});

test('a GET changes nothing: signing in and out want a form', async () => {
  const browser = browse();
  await browser.signIn(http.keys.full);
  expect((await browser.get('/sign-out')).status).toBe(404);
  expect((await browser.get(`/sign-in?key=${http.keys.full}`)).headers.get('set-cookie')).toBeNull();
  expect((await browser.get('/health')).status).toBe(200);
});

test('after signing in somebody goes on to a page of the dashboard, and nowhere else', async () => {
  for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '']) {
    expect((await browse().signIn(http.keys.full, next)).headers.get('location')).toBe('health');
  }
});

test('by https the cookie has the prefix that ties it to this host, and only PUBLIC_URL is obeyed', async () => {
  const server = await startHttp({
    sandbox: { taskCount: 0 },
    publicUrl: 'https://hooks.example.com',
    trustedProxies: 1,
  });
  const browser = createBrowser(server.url);
  const proxied = { origin: 'https://hooks.example.com', 'x-forwarded-host': 'hooks.example.com' };
  const signedIn = await browser.post('/sign-in', { key: server.keys.full, next: 'health' }, proxied);
  expect(signedIn.headers.get('set-cookie')).toMatch(
    /^__Host-topo_session=.*; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
  );
  const inPlace = { origin: 'https://hooks.example.com' };
  // The host is not the one in PUBLIC_URL, and neither is the origin.
  expect((await browser.post('/sign-in', { key: server.keys.full }, inPlace)).status).toBe(403);
  expect((await browser.signIn(server.keys.full)).status).toBe(403);
  await server.close();
});

test('strangers who try keys are slowed down as those who call the routes, and both count together', async () => {
  const server = await startHttp({ sandbox: { taskCount: 0 }, limits: { newKeysPerMinute: 3 } });
  const browser = createBrowser(server.url);
  expect((await browser.signIn('topo_1')).status).toBe(401);
  expect((await browser.signIn('topo_2')).status).toBe(401);
  expect((await server.call('GET', '/hooks', 'topo_3')).status).toBe(401);
  const { status, text } = await browser.signIn('topo_4');
  expect([status, text.includes('Too many different API keys')]).toEqual([429, true]);
  await server.close();
});
