import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DeliveryOutcome } from '../../../webhook-server/store/work-store.ts';
import { createBrowser } from '../../support/browse.ts';
import { startHttp } from '../../support/started-http.ts';

const token = 'an operator’s token'.replace(/\W/g, '-').padEnd(40, 'x');

let http: Awaited<ReturnType<typeof startHttp>>;
let hookId: string;
beforeAll(async () => {
  http = await startHttp({ operatorToken: token });
  const { json } = await http.call('POST', '/hooks', http.keys.full, {
    target_url: 'https://hooks.zapier.com/hooks/standard/1/canary-path/',
    event: 'task.reassigned',
    filters: { task_types: ['CANARY_TYPE'] },
  });
  hookId = json.id;
  const user_id = '3c90c3cc-0d44-4b50-8888-8dd257360520';
  await http.call('PUT', `/people/${user_id}`, http.keys.full, { name: 'Canary Name' });
});
afterAll(() => http.close());

const signIn = async (given = token) => {
  const browser = createBrowser(http.url);
  const { status, headers, text } = await browser.post('/operator-sign-in', { token: given });
  return { browser, status, location: headers.get('location'), text };
};

const dead: DeliveryOutcome = { kind: 'dead', afterMs: 0, reason: 'the target answered 500', certainty: 'refused' };

const failTest = async () => {
  const { json } = await http.call('POST', `/hooks/${hookId}/test`, http.keys.full);
  const claims = await http.store.work.claimDeliveries({ limit: 100, perHook: 8, leaseMs: 45_000, rateLimits: null });
  await http.store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome: dead })));
  return json.id as string;
};

test('the operator sees all workspaces, their hooks and deliveries, and sends one again', async () => {
  const { browser, status, location } = await signIn();
  expect([status, location]).toEqual([303, 'operator']);
  expect((await browser.get('/operator')).text).toContain(http.organizationId);
  expect((await browser.get('/operator-hooks?state=active&workspace=')).text).toContain(hookId);
  expect((await browser.get('/operator-hooks?state=ended')).text).not.toContain(hookId);

  const deliveryId = await failTest();
  const list = await browser.get(`/operator-deliveries?hook=${hookId}&state=dead`);
  expect(list.text).toContain('the target answered 500');
  const again = await browser.post('/operator-deliveries', { hook: hookId, delivery: deliveryId });
  expect([again.status, again.headers.get('location')]).toEqual([303, `operator-deliveries?hook=${hookId}`]);
  const waiting = await browser.get(`/operator-deliveries?hook=${hookId}&state=waiting`);
  expect(waiting.text).toMatch(/<th scope="row">msg_/);
});

test('of a workspace the operator sees no task, no name, no filter and no target', async () => {
  const { browser } = await signIn();
  await failTest();
  for (const page of ['operator', 'operator-hooks', `operator-deliveries?hook=${hookId}`]) {
    expect((await browser.get(`/${page}`)).text).not.toMatch(/canary|whsec_|zapier\.com|task_types/i);
  }
});

test('the operator’s session opens no page of a workspace', async () => {
  const { browser } = await signIn();
  expect((await browser.get('/health')).headers.get('location')).toMatch(/^sign-in/);
});

test('a session of another token, or of a workspace, is none of the operator’s', async () => {
  const { browser } = await signIn();
  const cookie = browser.cookies.get('topo_operator') ?? '';
  const other = await startHttp({ sandbox: { taskCount: 0 }, operatorToken: token.replace('an', 'no') });
  const there = createBrowser(other.url);
  there.cookies.set('topo_operator', cookie);
  expect((await there.get('/operator')).headers.get('location')).toBe('operator-sign-in');
  await other.close();

  const workspace = createBrowser(http.url);
  await workspace.signIn(http.keys.full);
  workspace.cookies.set('topo_operator', workspace.cookies.get('topo_session') ?? '');
  for (const page of ['operator', 'operator-hooks', `operator-deliveries?hook=${hookId}`]) {
    expect((await workspace.get(`/${page}`)).headers.get('location')).toBe('operator-sign-in');
  }
  expect((await workspace.post('/operator-deliveries', { hook: hookId, delivery: 'x' })).status).toBe(303);
});

test('without OPERATOR_TOKEN there is no operator', async () => {
  const server = await startHttp({ sandbox: { taskCount: 0 } });
  const browser = createBrowser(server.url);
  expect((await browser.get('/sign-in')).text).not.toContain('operator');
  expect((await browser.post('/operator-sign-in', { token: '' })).status).not.toBe(303);
  expect((await browser.get('/operator')).status).toBe(404);
  await server.close();
});

test('tokens are tried ten times a minute', async () => {
  const server = await startHttp({ sandbox: { taskCount: 0 }, operatorToken: token });
  const browser = createBrowser(server.url);
  const statuses: number[] = [];
  for (let tries = 0; tries < 11; tries += 1) {
    statuses.push((await browser.post('/operator-sign-in', { token: `wrong ${tries}` })).status);
  }
  expect([statuses[0], statuses[9], statuses[10]]).toEqual([401, 401, 429]);
  await server.close();
});
