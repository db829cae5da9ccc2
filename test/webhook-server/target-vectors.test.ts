import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { createDelivery } from '../../webhook-server/delivery/delivery.ts';
import { createTransport, type Transport } from '../../webhook-server/delivery/transport.ts';
import { zapierLimits } from '../../webhook-server/delivery/zapier-limits.ts';
import { createTargetCheck, readAllowedHost } from '../../webhook-server/hook-target.ts';
import { targetAad } from '../../webhook-server/seals/associated-data.ts';
import { sealHook } from '../../webhook-server/seals/seal-hook.ts';
import { Secret } from '../../webhook-server/secrets/secret.ts';
import { createVault } from '../../webhook-server/secrets/vault.ts';
import { everyStore } from '../support/every-store.ts';
import { keepLog } from '../support/keep-log.ts';
import { startReceiver } from '../support/receiver.ts';
import { signingSecret } from '../support/start-hook.ts';
import { startHttp } from '../support/started-http.ts';

const vectors = z
  .array(z.strictObject({ target: z.string(), what: z.string() }))
  .min(40)
  .parse(JSON.parse(readFileSync(new URL('./target-vectors.json', import.meta.url), 'utf8')));

// PostgreSQL takes its time for a hundred transactions.
const vault = createVault(Buffer.alloc(32, 1));
const nowMs = Date.parse('2026-03-02T09:00:00Z');

/** How many connections came to a port that nothing may be sent to, over IPv4 and IPv6. */
let trapped = 0;
let trapPort = 0;
let allowed: Awaited<ReturnType<typeof startReceiver>>;
const trap = createServer((socket) => {
  trapped += 1;
  socket.destroy();
});

beforeAll(async () => {
  allowed = await startReceiver();
  await new Promise<void>((resolve) => trap.listen(0, '::', resolve));
  trapPort = (trap.address() as AddressInfo).port;
});
afterAll(() => {
  trap.close();
});

const targetOf = ({ target }: { target: string }): string =>
  target.replaceAll('{trap}', String(trapPort)).replaceAll('{allowed}', new URL(allowed.url).port);

const allowedHosts = () => ['hooks.zapier.com', allowed.host].flatMap((entry) => readAllowedHost(entry) ?? []);

test('the trap reports any connection', async () => {
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    await fetch(`http://${host}:${trapPort}/`).catch(() => {});
  }
  expect(trapped).toBeGreaterThanOrEqual(3);
  trapped = 0;
});

test('no such target can be subscribed, and the field is named', async () => {
  const http = await startHttp({ allowedHosts: allowedHosts() });
  try {
    const subscribed = [];
    for (const vector of vectors) {
      const body = { target_url: targetOf(vector), event: 'task.reassigned' };
      const { status, json } = await http.call('POST', '/hooks', http.keys.full, body);
      if (status !== 400 || json.error.field !== 'target_url') subscribed.push({ ...vector, status });
    }
    expect(subscribed).toEqual([]);
    const good = { target_url: `${allowed.url}/good`, event: 'task.reassigned' };
    expect((await http.call('POST', '/hooks', http.keys.full, good)).status).toBe(201);
  } finally {
    await http.close();
  }
});

/** A transport that sends for real, and counts. */
const countingTransport = (): Transport & { urls: string[] } => {
  const { post, delete: remove, close } = createTransport();
  const urls: string[] = [];
  return {
    urls,
    post(message) {
      urls.push(message.url.href);
      return post(message);
    },
    delete(target) {
      urls.push(target.url.href);
      return remove(target);
    },
    close,
  };
};

for (const { name, describe, begin } of everyStore) {
  describe(`over ${name}`, () => {
    test('such a target, written into the database behind the server’s back, receives neither an event nor a farewell', async () => {
      const ground = await begin();
      const seals = (id: string, url: string) =>
        sealHook(vault, { id, url: new URL(url), secret: new Secret(`${signingSecret}${id}`) });
      const hookIds = vectors.map((_, index) => `hok_${index}`);

      const before = await ground.open(() => nowMs);
      const tenant = before.tenant('org');
      for (const id of [...hookIds, 'hok_good']) {
        const hook = seals(id, `${allowed.url}/${id}`);
        await tenant.subscribe({
          ...hook,
          sealedKey: '',
          keyHash: '',
          filters: {},
          oncePer: 'task',
          bringsNeededKey: false,
        });
        await tenant.sendTest(id, { eventId: `evt_${id}`, body: '{}' });
      }
      await before.close();
      for (const [index, vector] of vectors.entries()) {
        const id = `hok_${index}`;
        await ground.alter('sealed_target', id, vault.seal(new Secret(targetOf(vector)), targetAad(id)));
      }

      let clock = nowMs;
      const store = await ground.open(() => clock);
      const transport = countingTransport();
      const log = keepLog();
      const delivery = createDelivery({
        store: store.work,
        vault,
        checkTarget: createTargetCheck(allowedHosts()),
        transport,
        limits: { ...zapierLimits, rateLimits: null },
        clock: () => clock,
        monotonicClock: () => 0,
        random: () => 0.5,
        log,
      });
      const deliverAll = async (): Promise<number> => {
        const jobs = await delivery.claim(200);
        await Promise.all(jobs.map((job) => delivery.run(job, new AbortController().signal)));
        return jobs.length;
      };
      expect(await deliverAll()).toBe(vectors.length + 1);
      const reasons = new Set<string | null>();
      for (const id of hookIds) {
        const listing = await store.tenant('org').deliveries(id, { limit: 10 });
        for (const { reason, certainty } of listing.kind === 'page' ? listing.deliveries : []) {
          expect(certainty).toBe('never sent');
          reasons.add(reason);
        }
      }
      expect([...reasons].filter((reason) => reason?.startsWith('the target is refused: ') !== true)).toEqual([]);
      expect(reasons.size).toBeGreaterThanOrEqual(4);

      // After three days of it the hooks end, and their targets would be told.
      clock += 73 * 3_600_000;
      await deliverAll();
      clock += 1_000;
      await deliverAll();
      const ended = (await store.tenant('org').hooks()).filter(({ ended: end }) => end?.reason === 'failing');
      expect(ended).toHaveLength(vectors.length);

      expect(transport.urls).toEqual([`${allowed.url}/hok_good`]);
      expect(allowed.received.map(({ path }) => path)).toContain('/hok_good');
      expect(allowed.received.filter(({ path }) => path !== '/hok_good')).toEqual([]);
      expect(trapped).toBe(0);
      expect(log.lines.join()).not.toMatch(/evil\.example|password@|metadata/);
      await transport.close();
      await store.close();
    });
  });
}
