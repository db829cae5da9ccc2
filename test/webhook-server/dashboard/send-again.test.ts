import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { publishRest } from '../../../webhook-server/detector/publish-rest.ts';
import { createBrowser } from '../../support/browse.ts';
import { startHttp } from '../../support/started-http.ts';
import { seenMany } from '../../support/store-contract/store-bench.ts';
import { happen, idOf } from '../../support/tenancy/world.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
let browser: ReturnType<typeof createBrowser>;

beforeAll(async () => {
  http = await startHttp({ sandbox: { taskCount: 0 } });
  browser = createBrowser(http.url);
  await browser.signIn(http.keys.full);
});
afterAll(() => http.close());

const lose = async () => {
  // Of a sequence run one delivery is due at a time.
  for (const _each of [1, 2, 3]) {
    await happen(http.store.work, { kind: 'deliver', outcome: 'dead' }, http.nowMs());
    http.passTime(1000);
  }
};

const fieldsOf = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="(\w+)" value(?:="([^"]*)")?/g)].map(([, name, value = '']) => [
      name,
      value,
    ]),
  );

test('without a Zap that listens nothing can be sent', async () => {
  expect((await browser.get('/send-again')).text).toContain('Turn on the Zap in Zapier first.');
});

test('what a Zap did not take is counted, and sent when somebody says so, to this workspace’s Zap alone', async () => {
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/abc/';
  const { json } = await http.call('POST', '/hooks', http.keys.full, { target_url, event: 'task.reassigned' });
  const page = `/send-again?hook=${json.id}`;
  expect((await browser.get('/send-again')).text).toContain('Nothing is sent before you have seen how many.');
  for (const to of [0, 1]) {
    await happen(http.store.work, { kind: 'scan', to }, http.nowMs());
    http.passTime(1000);
  }
  expect((await browser.get(page)).text).toContain('There is nothing to send again.');
  await lose();

  const waiting = async () =>
    (await http.call('GET', `/hooks/${json.id}/deliveries?state=waiting`, http.keys.full)).json.items.length;
  const before = await waiting();
  const counted = await browser.get(page);
  const [, number = ''] = /Send (\d+) deliver/.exec(counted.text) ?? [];
  expect(Number(number)).toBeGreaterThan(0);
  expect(await waiting()).toBe(before);
  expect((await browser.get(`${page}&state=dropped`)).text).toContain('There is nothing to send again.');
  expect((await browser.get(`${page}&until=${new Date(http.nowMs() - 60_000).toISOString()}`)).text).toContain(
    'There is nothing to send again.',
  );

  const south = createBrowser(http.url);
  await south.signIn(http.foreignKey);
  expect((await south.get(page)).status).toBe(404);
  expect((await south.post('/send-again', fieldsOf(counted.text))).status).toBe(404);

  const reader = createBrowser(http.url);
  await reader.signIn(http.keys.readOnly);
  expect((await reader.get(page)).text).toContain('Your key may only read.');
  expect((await reader.post('/send-again', fieldsOf(counted.text))).status).toBe(403);

  const sent = await browser.post('/send-again', fieldsOf(counted.text));
  expect(sent.text).toMatch(new RegExp(`role="status">${number} deliver(y waits|ies wait) to be sent`));
  expect(await waiting()).toBe(before + Number(number));
  expect((await browser.get(page)).text).toContain('There is nothing to send again.');
});

test('many are sent in pieces, with how far it has come and a way to stop', async () => {
  const target_url = 'https://hooks.zapier.com/hooks/standard/1/many/';
  const { json } = await http.call('POST', '/hooks', http.keys.full, { target_url, event: 'task.reassigned' });
  const tenant = http.store.tenant(http.organizationId);
  const many = 510;
  for (let made = 0; made < many; made += 1) await tenant.sendTest(json.id, { eventId: `evt_${made}`, body: '{}' });
  const claims = await http.store.work.claimDeliveries({
    limit: 1000,
    perHook: 1000,
    leaseMs: 60_000,
    rateLimits: null,
  });
  const outcome = { kind: 'dead', afterMs: 0, reason: 'the target answered 500', certainty: 'refused' } as const;
  await http.store.work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome })));
  http.passTime(1000);
  const counted = await browser.get(`/send-again?hook=${json.id}`);
  expect(counted.text).toContain('Send 510 deliveries again');
  expect(counted.text).not.toContain('hx-post');
  const going = await browser.post('/send-again', fieldsOf(counted.text));
  expect(going.text).toContain('<progress value="500" max="510">');
  expect(going.text).toContain('hx-post="send-again"');
  expect(going.text).toContain('>Stop</a>');
  expect((await browser.post('/send-again', fieldsOf(going.text))).text).toContain('510 deliveries wait');
});

const turnOn = async (path: string, zap_id: string): Promise<string> => {
  const target_url = `https://hooks.zapier.com/hooks/standard/1/${path}/`;
  const body = { target_url, event: 'task.reassigned', zap_id };
  return (await http.call('POST', '/hooks', http.keys.full, body)).json.id;
};

test('what a Zap missed while it was off is counted, with the times that nobody knows, and sent once', async () => {
  await happen(http.store.work, { kind: 'scan', to: 0 }, http.nowMs());
  http.passTime(1000);
  const since = new Date(http.nowMs()).toISOString();
  const before = await turnOn('before', '7');
  await http.call('DELETE', `/hooks/${before}`, http.keys.full);
  http.passTime(600_000);
  await happen(http.store.work, { kind: 'scan', to: 1 }, http.nowMs());
  http.passTime(1000);
  const hook = await turnOn('after', '7');
  const page = `/send-again?hook=${hook}&since=${since}&state=missed`;

  const counted = await browser.get(page);
  expect(counted.text).toContain('3 events came while the Zap was off.');
  expect(counted.text).toMatch(/Nobody knows what changed from <time.+ \(\d+ minutes\), because nothing was read/);
  expect(counted.text).toContain('<option value="missed" selected>');
  const fields = fieldsOf(counted.text);

  const south = createBrowser(http.url);
  await south.signIn(http.foreignKey);
  expect([(await south.get(page)).status, (await south.post('/send-again', fields)).status]).toEqual([404, 404]);
  const reader = createBrowser(http.url);
  await reader.signIn(http.keys.readOnly);
  expect((await reader.get(page)).text).toContain('Your key may only read.');
  expect((await reader.post('/send-again', fields)).status).toBe(403);
  expect((await browser.post('/send-again', { ...fields, from: 'now' })).status).toBe(400);

  expect((await browser.post('/send-again', fields)).text).toContain('3 events wait to be sent');
  expect((await browser.post('/send-again', fields)).text).toContain('0 events wait to be sent');
  const claims = await http.store.work.claimDeliveries({ limit: 100, perHook: 8, leaseMs: 45_000, rateLimits: null });
  expect(claims.filter(({ hookId }) => hookId === hook)).toHaveLength(2);
  expect((await browser.get(page)).text).toContain('The Zap missed nothing in this time');
});

test('of very much that was missed a part is counted, and all of it is sent', async () => {
  const many = 1_210;
  const changeMany = async (to: string) => {
    http.passTime(1000);
    const [claim] = await http.store.work.claimPolls({ limit: 1, leaseMs: 60_000 });
    if (claim === undefined) throw new Error('No workspace is due.');
    const { organizationId, lease } = claim;
    const scan = {
      ...{ id: `scan-${to}`, kind: 'incremental' as const, isSilent: false, startedAtMs: http.nowMs(), topUs: null },
      ...{ floorUs: null, rowsRead: many, totalRows: many, cursor: null },
    };
    const rows = seenMany(many, to).map((row) => ({ ...row, updatedAtUs: http.nowMs() * 1000 }));
    const page = { organizationId, lease, rows, scan, end: { watermark: null } };
    const outcome = await http.store.work.recordPage(page, { leaseMs: 60_000 });
    const fromSeq = outcome.kind === 'recorded' ? outcome.untoldFrom : null;
    await publishRest(http.store.work, { organizationId, lease, scan, waitsForFacts: false, fromSeq }, 60_000);
    await http.store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false });
  };
  await changeMany(idOf('user', 0));
  await http.call('DELETE', `/hooks/${await turnOn('many-before', '8')}`, http.keys.full);
  const since = new Date(http.nowMs()).toISOString();
  await changeMany(idOf('user', 1));
  http.passTime(1000);
  let page = await browser.get(`/send-again?hook=${await turnOn('many-after', '8')}&since=${since}&state=missed`);
  expect(page.text).toContain('At least 1,000 events came while the Zap was off.');
  expect(page.text).toContain('Send all of them');
  for (const progress of [
    '400 of 1,000 wait to be sent.',
    '800 of 1,000',
    '1,200 wait to be sent so far.',
    '1,210 events wait',
  ]) {
    page = await browser.post('/send-again', fieldsOf(page.text));
    expect(page.text).toContain(progress);
  }
});
