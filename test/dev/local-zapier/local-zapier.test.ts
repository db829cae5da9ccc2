import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createLambda } from '../../../dev/local-zapier/lambda.ts';
import { type LocalZapier, startLocalZapier } from '../../../dev/local-zapier/local-zapier.ts';
import type { Zap } from '../../../dev/local-zapier/zap.ts';

const appUrl = new URL('./toy-app.mjs', import.meta.url);

let clock = new Date('2026-01-31T10:00:00Z');
let zapier: LocalZapier;

beforeAll(async () => {
  zapier = await startLocalZapier({ appUrl, now: () => clock });
});

afterAll(() => zapier.close());

const useCache = async (connection: ReturnType<LocalZapier['connect']>, ...calls: unknown[][]) => {
  const { answers } = (await connection.act('use_cache', { calls })) as { answers: unknown[] };
  return answers;
};

const turnOnToyZap = async (): Promise<Zap> => {
  const zap = zapier.createZap({ name: 'Toys', connection: zapier.connect({ api_key: 'key' }), trigger: 'toy' });
  await zap.turnOn();
  return zap;
};

const post = (url: string | undefined, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url ?? 'http://the-zap-is-off.invalid', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

test('z.cache keeps a value, and returns null for an unknown key', async () => {
  const connection = zapier.connect({ api_key: 'a' });

  const answers = await useCache(
    connection,
    ['get', 'k'],
    ['set', 'k', { a: [1] }],
    ['get', 'k'],
    ['delete', 'k'],
    ['delete', 'k'],
  );

  expect(answers).toEqual([null, true, { a: [1] }, true, false]);
});

test('with nx an existing key keeps its value', async () => {
  const connection = zapier.connect({ api_key: 'a' });
  const setNew = (value: string) => ['set', 'nx', value, null, null, true];

  const answers = await useCache(
    connection,
    setNew('first'),
    setNew('second'),
    ['get', 'nx'],
    ['delete', 'nx'],
    setNew('third'),
  );

  expect(answers).toEqual([true, false, 'first', true, true]);
});

test('a key expires after its ttl, and can then be set with nx again', async () => {
  const connection = zapier.connect({ api_key: 'a' });
  await useCache(connection, ['set', 'ttl', 'value', 60]);

  clock = new Date(clock.getTime() + 59_999);
  expect(await useCache(connection, ['get', 'ttl'])).toEqual(['value']);
  clock = new Date(clock.getTime() + 1);

  expect(await useCache(connection, ['get', 'ttl'], ['set', 'ttl', 'new', 60, null, true])).toEqual([null, true]);
});

test('a key is shared by all, or limited to a user or a connection', async () => {
  const mine = zapier.connect({ api_key: 'a' }, 'user-1');
  const mySecond = zapier.connect({ api_key: 'b' }, 'user-1');
  const theirs = zapier.connect({ api_key: 'a' }, 'user-2');
  const getAll = [
    ['get', 'scoped'],
    ['get', 'scoped', ['user']],
    ['get', 'scoped', ['auth']],
  ];
  await useCache(
    mine,
    ['set', 'scoped', 'for all', null, null],
    ['set', 'scoped', 'for the user', null, ['user']],
    ['set', 'scoped', 'for the connection', null, ['auth']],
  );

  expect(await useCache(mine, ...getAll)).toEqual(['for all', 'for the user', 'for the connection']);
  expect(await useCache(mySecond, ...getAll)).toEqual(['for all', 'for the user', null]);
  expect(await useCache(theirs, ...getAll)).toEqual(['for all', null, null]);
});

test('the RPC refuses a token that belongs to no connection', async () => {
  const response = await post(
    `${zapier.url}/rpc`,
    { id: '1', method: 'zcache_get', params: ['k'] },
    { 'x-token': 'no' },
  );

  expect(response.status).toBe(401);
});

test('the app gets its variables with each event, not while it loads', async () => {
  zapier.setEnvironment({ TOY_GREETING: 'hello' });
  const connection = zapier.connect({ api_key: 'a' });

  expect(await connection.test()).toMatchObject({ greeting: 'hello' });
  expect(await connection.test()).not.toHaveProperty('greetingWhileLoading');
});

test('a connection is shown with the app’s label', async () => {
  expect(await zapier.connect({ api_key: 'a key' }).label()).toBe('Toy for a key');
});

test.each([
  ['HaltedError', 'Nothing to do.', 'Nothing to do.'],
  ['ExpiredAuthError', 'Connect again.', 'Connect again.'],
  ['ThrottledError', 'Too fast.', '{"message":"Too fast.","delay":7}'],
  ['TypeError', 'A mistake.', 'A mistake.'],
])('a step that throws %s shows its name and message', async (error, message, shown) => {
  const step = zapier.connect({ api_key: 'a' }).act('fail', { error, message });

  await expect(step).rejects.toMatchObject({ name: error, message: shown });
});

test('what core appends to a message is kept apart', async () => {
  const step = zapier.connect({ api_key: 'a' }).act('fail', { error: 'TypeError', message: 'A mistake.' });

  await expect(step).rejects.toMatchObject({
    message: 'A mistake.',
    details: expect.stringContaining('a line of the app'),
  });
});

test('a result of the wrong shape is an error', async () => {
  await expect(zapier.connect({ api_key: 'a' }).act('array', {})).rejects.toMatchObject({ name: 'CheckError' });
});

test('a crash of the app fails one step, and the next one runs', async () => {
  const connection = zapier.connect({ api_key: 'a' });

  await expect(connection.act('exit', {})).rejects.toThrow('ended by itself');
  await expect(connection.test()).resolves.toMatchObject({ name: 'Toy' });
});

test('a step that takes too long is killed', async () => {
  const lambda = createLambda({ appUrl, loggingUrl: `${zapier.url}/logs`, timeLimitMs: 1 });

  const definition = lambda.run({ command: 'definition', environment: {}, rpc_base: '', token: '', isDeveloper: true });

  await expect(definition).rejects.toMatchObject({ name: 'TimeoutError' });
  await lambda.close();
});

test('the requests of the app are logged here, and not at Zapier', async () => {
  await zapier
    .connect({ api_key: 'a' })
    .act('request', { url: `${zapier.url}/nowhere` })
    .catch(() => undefined);

  await waitUntil('the log line arrived', () => zapier.logs.some((line) => line.includes('/nowhere')));
});

test('each POST is accepted at once and performed once', async () => {
  const zap = await turnOnToyZap();

  const first = await post(zap.targetUrl, { ids: ['1', '2'] }, { 'webhook-id': 'msg_1' });
  const second = await post(zap.targetUrl, { ids: [] }, { 'webhook-id': 'msg_2' });
  await zapier.idle();

  expect(await first.json()).toMatchObject({ status: 'success' });
  expect(second.status).toBe(200);
  expect(zap.posts.map(({ webhookId, status }) => [webhookId, status])).toEqual([
    ['msg_1', 200],
    ['msg_2', 200],
  ]);
  expect(zap.runs).toMatchObject([
    { at: clock, webhookId: 'msg_1', output: { id: '1' } },
    { at: clock, webhookId: 'msg_1', output: { id: '2' } },
  ]);
});

test('perform gets the request with Zapier’s header names, and what subscribe returned', async () => {
  const zap = await turnOnToyZap();

  await post(`${zap.targetUrl}?a=1&b=?`, { ids: ['1'] }, { 'webhook-id': 'msg_1', 'webhook-signature': 'v1,x' });
  await zapier.idle();

  const [run] = zap.runs;
  expect(run?.output).toEqual({
    id: '1',
    subscribeData: { id: 'subscription-1', targetUrl: zap.targetUrl },
    rawRequest: {
      method: 'POST',
      querystring: 'a=1&b=?',
      content: '{"ids":["1"]}',
      headers: expect.objectContaining({
        'Content-Type': 'application/json',
        'Http-Webhook-Id': 'msg_1',
        'Http-Webhook-Signature': 'v1,x',
        'Http-User-Agent': expect.any(String),
      }),
    },
  });
});

test('an error in perform is a failed run', async () => {
  const zap = await turnOnToyZap();

  await post(zap.targetUrl, { error: 'Out of toys.' });
  await zapier.idle();

  expect(zap.runs).toEqual([]);
  expect(zap.failedRuns).toMatchObject([{ error: { name: 'Error', message: 'Out of toys.' } }]);
});

test('a Zap that is off answers 410 and starts no run', async () => {
  const zap = await turnOnToyZap();
  const { targetUrl } = zap;
  await zap.turnOff();

  const response = await post(targetUrl, { ids: ['1'] });
  await zapier.idle();

  expect(response.status).toBe(410);
  expect(zap.isOn).toBe(false);
  expect(zap.posts).toMatchObject([{ status: 410 }]);
  expect(zap.runs).toEqual([]);
});

test('a Zap that is turned on again has a new catch URL, and the old one stays gone', async () => {
  const zap = await turnOnToyZap();
  const { targetUrl: oldUrl } = zap;
  await zap.turnOff();
  await zap.turnOn();

  expect(zap.targetUrl).not.toBe(oldUrl);
  expect((await post(oldUrl, { ids: ['1'] })).status).toBe(410);
  expect((await post(zap.targetUrl, { ids: ['1'] })).status).toBe(200);
});

test('DELETE at the catch URL pauses the Zap', async () => {
  const zap = await turnOnToyZap();

  const response = await fetch(zap.targetUrl ?? '', { method: 'DELETE' });

  expect(response.status).toBe(200);
  expect(zap.isOn).toBe(false);
});

test('an unknown catch URL answers 404', async () => {
  expect((await post(`${zapier.url}/hooks/standard/1/2/`, {})).status).toBe(404);
});

test('a Zap whose app cannot subscribe stays off and says why', async () => {
  const connection = zapier.connect({ api_key: 'may not subscribe' });
  const zap = zapier.createZap({ name: 'Toys', connection, trigger: 'toy' });

  await expect(zap.turnOn()).rejects.toThrow('This key may not subscribe.');
  expect(zap.isOn).toBe(false);
});

test('a catch URL can refuse, and such a POST starts no run', async () => {
  const zap = await turnOnToyZap();
  zap.behaviour = 'refuses';

  expect((await post(zap.targetUrl, { ids: ['1'] })).status).toBe(503);
  zap.behaviour = 'accepts';
  expect((await post(zap.targetUrl, { ids: ['1'] })).status).toBe(200);
  await zapier.idle();

  expect(zap.runs).toHaveLength(1);
});

test('the editor shows what performList returns', async () => {
  const zap = await turnOnToyZap();

  expect(await zap.performList()).toEqual([{ id: 'sample', isLoadingSample: true }]);
});
