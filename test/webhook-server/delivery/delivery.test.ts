import { beforeEach, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { StoreError } from '../../../webhook-server/store/store.ts';
import { startReceiver } from '../../support/receiver.ts';
import { type Clocks, signingSecret, startHook as startHookAt } from '../../support/start-hook.ts';

const clocks: Clocks = { nowMs: 0, monotonicMs: 0 };
beforeEach(() => {
  clocks.nowMs = Date.now();
  clocks.monotonicMs = 0;
});

const startHook = (target: string, options: Parameters<typeof startHookAt>[2] = {}) =>
  startHookAt(target, clocks, options);

test('a delivery is signed so that the Standard Webhooks project verifies it, and carries the event', async () => {
  const receiver = await startReceiver();
  const hook = await startHook(`${receiver.url}/hooks/1`);
  await hook.assign('grace');
  expect(await hook.deliver()).toBe(2);
  expect(await hook.deliver()).toBe(0);
  expect(receiver.received).toHaveLength(2);
  for (const { headers, body } of receiver.received) {
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    expect(new Webhook(signingSecret).verify(body, given)).toMatchObject({
      type: 'task.reassigned',
      kind: 'reassigned',
    });
    expect(headers['content-type']).toBe('application/json');
  }
});

test('an attempt that failed is repeated with the same id and a fresh timestamp', async () => {
  const receiver = await startReceiver((response) => response.writeHead(500).end());
  const hook = await startHook(receiver.url);
  await hook.assign('grace');
  await hook.deliver();
  receiver.answer = (response) => response.end();
  clocks.nowMs += 5_000;
  // A hook that failed is tried with one delivery; when that succeeds the others follow.
  expect(await hook.deliver()).toBe(1);
  expect(await hook.deliver()).toBe(1);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  const times = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
  expect(new Set(ids.slice(0, 2))).toEqual(new Set(ids.slice(2)));
  expect(times[2]).toBe((times[0] ?? 0) + 5);
  clocks.nowMs += 3_600_000;
  expect(await hook.deliver()).toBe(0);
});

test('410 ends the hook, and nothing more is sent', async () => {
  const receiver = await startReceiver((response) => response.writeHead(410).end());
  const hook = await startHook(receiver.url);
  await hook.assign('grace');
  await hook.deliver();
  expect((await hook.tenant.hooks())[0]?.ended?.reason).toBe('gone');
  clocks.nowMs += 3_600_000;
  expect(await hook.deliver()).toBe(0);
  expect(receiver.received.every(({ method }) => method === 'POST')).toBe(true);
});

test('a Retry-After of an hour is kept to the millisecond', async () => {
  const receiver = await startReceiver((response) => response.writeHead(429, { 'retry-after': '3600' }).end());
  const hook = await startHook(receiver.url);
  await hook.assign('grace');
  await hook.deliver();
  const before = receiver.received.length;
  clocks.nowMs += 3_599_999;
  expect(await hook.deliver()).toBe(0);
  clocks.nowMs += 1;
  expect(await hook.deliver()).toBe(1);
  expect(receiver.received).toHaveLength(before + 1);
});

test('three days of failure end the hook, and Zapier is told', async () => {
  const receiver = await startReceiver((response) => response.writeHead(500).end());
  const hook = await startHook(`${receiver.url}/hooks/1`);
  await hook.assign('grace');
  for (let attempts = 0; attempts < 30; attempts += 1) {
    await hook.deliver();
    clocks.nowMs += (await hook.delivery.msUntilDue()) ?? 0;
    if ((await hook.tenant.hooks())[0]?.ended !== null) break;
    await hook.assign(`person-${attempts}`);
  }
  expect((await hook.tenant.hooks())[0]?.ended?.reason).toBe('failing');
  expect(await hook.deliver()).toBe(1);
  expect(await hook.deliver()).toBe(0);
  expect(receiver.received.filter(({ method }) => method === 'DELETE')).toMatchObject([{ path: '/hooks/1' }]);
});

test('claimed deliveries are sent although the store fails to list the hooks that have ended', async () => {
  const receiver = await startReceiver();
  const hook = await startHook(receiver.url);
  const delivery = hook.startDelivery({
    ...hook.store.work,
    claimEndNotices: async () => {
      throw new StoreError('The database is gone.');
    },
  });
  await hook.assign('grace');
  expect(await hook.deliver(delivery)).toBe(2);
  expect(receiver.received).toHaveLength(2);
  await expect(delivery.claim(10)).rejects.toThrow(StoreError);
});

test('a target whose host is no longer allowed receives nothing', async () => {
  const receiver = await startReceiver();
  const hook = await startHook(receiver.url, { allowedHost: 'hooks.zapier.com' });
  await hook.assign('grace');
  await hook.deliver();
  expect(receiver.received).toEqual([]);
  expect((await hook.tenant.hooks())[0]?.resumeAtMs).toBeGreaterThan(clocks.nowMs);
});

test('a process that was paused after it claimed a delivery does not send it', async () => {
  const receiver = await startReceiver();
  const hook = await startHook(receiver.url);
  await hook.assign('grace');
  const claims = await hook.delivery.claim(10);
  clocks.monotonicMs += 31_000;
  for (const claim of claims) await hook.delivery.run(claim, new AbortController().signal);
  expect(receiver.received).toEqual([]);
});

test('no log line holds the target or the secret', async () => {
  const receiver = await startReceiver((response) => response.writeHead(500).end());
  const hook = await startHook(`${receiver.url}/hooks/canary-path`);
  await hook.assign('grace');
  await hook.deliver();
  expect(hook.log.lines.length).toBeGreaterThan(0);
  expect(hook.log.lines.join('\n')).not.toMatch(/canary|whsec_/);
  expect(hook.log.lines.join('\n')).not.toContain(receiver.host);
});
