import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { createDelivery, zapierLimits } from '../webhook-server/delivery/delivery.ts';
import { createTransport } from '../webhook-server/delivery/transport.ts';
import { createTargetCheck, readAllowedHost } from '../webhook-server/hook-target.ts';
import { signingSecretPlace, targetPlace } from '../webhook-server/secrets/places.ts';
import { Secret } from '../webhook-server/secrets/secret.ts';
import { createVault } from '../webhook-server/secrets/vault.ts';
import { createSqliteStore } from '../webhook-server/store/sqlite/sqlite-store.ts';
import type { Store } from '../webhook-server/store/store.ts';
import { keepLog } from './support/keep-log.ts';
import { startReceiver } from './support/receiver.ts';
import { tempFolder } from './support/temp-folder.ts';

const vault = createVault(Buffer.alloc(32, 1));
const transport = createTransport();
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const stores: Store[] = [];
let nowMs = Date.now();
let monotonicMs = 0;

beforeEach(() => {
  nowMs = Date.now();
  monotonicMs = 0;
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await transport.close();
});

/** A workspace with two tasks, one hook at `target`, and the delivery that serves it. */
const startHook = async (target: string, allowedHost = new URL(target).host) => {
  const store = createSqliteStore(join(tempFolder(), 'store.sqlite'), () => nowMs);
  stores.push(store);
  const entry = readAllowedHost(allowedHost);
  const log = keepLog();
  const delivery = createDelivery({
    store: store.work,
    vault,
    checkTarget: createTargetCheck(entry === undefined ? [] : [entry]),
    transport,
    limits: zapierLimits,
    clock: () => nowMs,
    monotonicClock: () => monotonicMs,
    random: () => 0.5,
    log,
  });
  const tenant = store.tenant('org');
  await tenant.subscribe({
    id: 'hok_1',
    targetHash: 'target',
    paceKey: null,
    secretHash: 'secret',
    sealedTarget: vault.seal(new Secret(target), targetPlace('hok_1')),
    sealedSecret: vault.seal(new Secret(secret), signingSecretPlace('hok_1')),
    sealedKey: '',
    keyHash: '',
    filters: {},
    oncePer: 'task',
    bringsNeededKey: false,
  });

  /** Every task is assigned to this person, as one walk sees it. */
  const assign = async (userId: string) => {
    const [claim] = await store.work.claimPolls({ limit: 1, leaseMs: 60_000 });
    if (claim === undefined) throw new Error('The workspace is not due.');
    const { organizationId, lease } = claim;
    nowMs += 1;
    const rows = ['t1', 't2'].map((id) => ({
      task: { id, sequence_id: id, assignee_user_id: userId, updated_at: new Date(nowMs).toISOString() },
      assigneeId: userId,
      createdAtUs: nowMs * 1000,
      updatedAtUs: nowMs * 1000,
    }));
    const reading = {
      id: `walk-${nowMs}`,
      kind: 'walk' as const,
      isSilent: false,
      startedAtMs: nowMs,
      topUs: null,
      floorUs: null,
      rowsRead: 0,
      totalRows: 0,
      cursor: null,
    };
    const page = { organizationId, lease, rows, reading, end: { watermark: null } };
    await store.work.recordPage(page, { leaseMs: 60_000 });
    await store.work.finishPoll({ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false });
  };
  await assign('ada');

  return {
    tenant,
    store,
    log,
    delivery,
    assign,
    async deliver() {
      const claims = await delivery.claim(10);
      await Promise.all(claims.map((claim) => delivery.run(claim, new AbortController().signal)));
      return claims.length;
    },
  };
};

test('a delivery is signed so that the Standard Webhooks project verifies it, and carries the event', async () => {
  const receiver = await startReceiver();
  const hook = await startHook(`${receiver.url}/hooks/1`);
  await hook.assign('grace');
  expect(await hook.deliver()).toBe(2);
  expect(await hook.deliver()).toBe(0);
  expect(receiver.received).toHaveLength(2);
  for (const { headers, body } of receiver.received) {
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    expect(new Webhook(secret).verify(body, given)).toMatchObject({ type: 'task.reassigned', kind: 'reassigned' });
    expect(headers['content-type']).toBe('application/json');
  }
});

test('an attempt that failed is repeated with the same id and a fresh timestamp', async () => {
  const receiver = await startReceiver((response) => response.writeHead(500).end());
  const hook = await startHook(receiver.url);
  await hook.assign('grace');
  await hook.deliver();
  receiver.answer = (response) => response.end();
  nowMs += 5_000;
  // A hook that failed is tried with one delivery; when that succeeds the others follow.
  expect(await hook.deliver()).toBe(1);
  expect(await hook.deliver()).toBe(1);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  const times = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
  expect(new Set(ids.slice(0, 2))).toEqual(new Set(ids.slice(2)));
  expect(times[2]).toBe((times[0] ?? 0) + 5);
  nowMs += 3_600_000;
  expect(await hook.deliver()).toBe(0);
});

test('410 ends the hook, and nothing more is sent', async () => {
  const receiver = await startReceiver((response) => response.writeHead(410).end());
  const hook = await startHook(receiver.url);
  await hook.assign('grace');
  await hook.deliver();
  expect((await hook.tenant.hooks())[0]?.ended?.reason).toBe('gone');
  nowMs += 3_600_000;
  expect(await hook.deliver()).toBe(0);
  expect(receiver.received.every(({ method }) => method === 'POST')).toBe(true);
});

test('a Retry-After of an hour is waited for in full', async () => {
  const receiver = await startReceiver((response) => response.writeHead(429, { 'retry-after': '3600' }).end());
  const hook = await startHook(receiver.url);
  await hook.assign('grace');
  await hook.deliver();
  const before = receiver.received.length;
  nowMs += 3_599_999;
  expect(await hook.deliver()).toBe(0);
  nowMs += 1;
  expect(await hook.deliver()).toBe(1);
  expect(receiver.received).toHaveLength(before + 1);
});

test('three days of failure end the hook, and Zapier is told', async () => {
  const receiver = await startReceiver((response) => response.writeHead(500).end());
  const hook = await startHook(`${receiver.url}/hooks/1`);
  await hook.assign('grace');
  for (let attempts = 0; attempts < 30; attempts += 1) {
    await hook.deliver();
    nowMs += (await hook.delivery.msUntilDue()) ?? 0;
    if ((await hook.tenant.hooks())[0]?.ended !== null) break;
    await hook.assign(`person-${attempts}`);
  }
  expect((await hook.tenant.hooks())[0]?.ended?.reason).toBe('failing');
  expect(await hook.deliver()).toBe(1);
  expect(await hook.deliver()).toBe(0);
  expect(receiver.received.filter(({ method }) => method === 'DELETE')).toMatchObject([{ path: '/hooks/1' }]);
});

test('a target whose host is no longer allowed receives nothing', async () => {
  const receiver = await startReceiver();
  const hook = await startHook(receiver.url, 'hooks.zapier.com');
  await hook.assign('grace');
  await hook.deliver();
  expect(receiver.received).toEqual([]);
  expect((await hook.tenant.hooks())[0]?.resumeAtMs).toBeGreaterThan(nowMs);
});

test('a process that was paused after it claimed a delivery does not send it', async () => {
  const receiver = await startReceiver();
  const hook = await startHook(receiver.url);
  await hook.assign('grace');
  const claims = await hook.delivery.claim(10);
  monotonicMs += 31_000;
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
