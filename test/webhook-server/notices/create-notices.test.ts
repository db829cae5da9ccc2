import { afterEach, expect, test } from '@jest/globals';
import { createTransport } from '../../../webhook-server/delivery/transport.ts';
import { createNotices } from '../../../webhook-server/notices/create-notices.ts';
import { Secret } from '../../../webhook-server/secrets/secret.ts';
import type { Store } from '../../../webhook-server/store/store.ts';
import { everyStore, type Ground } from '../../support/every-store.ts';
import { keepLog } from '../../support/keep-log.ts';
import { startReceiver } from '../../support/receiver.ts';
import { newHook } from '../../support/store-contract/store-bench.ts';

const minuteMs = 60_000;
const { signal } = new AbortController();

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A database, a chat that receives, and a clock that the test moves. */
const begin = async (ground: Ground) => {
  const transport = createTransport();
  const chat = await startReceiver();
  const at = { nowMs: Date.parse('2026-01-05T09:00:00Z'), isDiskAlmostFull: false };
  const store = await ground.open(() => at.nowMs);
  closers.push(transport.close, store.close);
  const log = keepLog();

  const startOn = (used: Store) =>
    createNotices({
      store: used.work,
      target: new Secret(`${chat.url}/services/canary`),
      post: transport.post,
      isDiskAlmostFull: () => at.isDiskAlmostFull,
      idleIntervalMs: minuteMs,
      publicUrl: 'https://hooks.example.com',
      monotonicClock: () => at.nowMs,
      log,
    });
  const texts = () =>
    chat.received.splice(0).map(({ headers, body }) => {
      expect(headers['content-type']).toBe('application/json');
      return JSON.parse(body);
    });
  return { at, ground, store, chat, log, texts, startOn };
};

/** One look of each process. */
const look = async (...processes: ReturnType<typeof createNotices>[]) => {
  const claims = await Promise.all(processes.map((process) => process.claim()));
  await Promise.all(
    processes.map(async (process, index) => claims[index]?.[0] && process.run(claims[index][0], signal)),
  );
};

const diskText =
  'Topo for Zapier: The disk of the database is almost full: less than 500 MB are free. Free some space. While a disk is full the server sends nothing new.';

for (const { name, describe, begin: beginGround } of everyStore) {
  describe(`notices on ${name}`, () => {
    test('one cause is told once, and once more when it is well again', async () => {
      const { at, store, texts, startOn } = await begin(await beginGround());
      const notices = startOn(store);
      for (const organization of ['org', 'foreign']) await store.tenant(organization).subscribe(newHook());
      for (const { organizationId, lease } of await store.work.claimPolls({ limit: 10, leaseMs: minuteMs })) {
        const end = { organizationId, lease, nextPollInMs: 0, result: 'key refused', sawChange: false } as const;
        await store.work.finishPoll(end);
      }
      at.nowMs += 2 * minuteMs;
      await look(notices);
      expect(texts()).toEqual([
        {
          text: 'Topo for Zapier: Topo refuses the key of 2 workspaces, and their Zaps hear nothing. Somebody there must make a new key in Topo and connect Topo in Zapier again. After a day the Zaps are turned off.',
        },
      ]);
      for (const organization of ['org', 'foreign']) {
        for (const { id } of await store.tenant(organization).hooks()) await store.tenant(organization).endHook(id);
        await store.tenant(organization).forgetWorkspace();
      }
      for (let index = 0; index < 12; index += 1) {
        at.nowMs += minuteMs;
        await look(notices);
      }
      expect(texts()).toEqual([{ text: 'Topo for Zapier: Well again: Topo accepts the keys of all workspaces.' }]);
    });

    test('a chat that does not take a notice is asked again, and the log says so once, without its address', async () => {
      const { at, store, chat, log, texts, startOn } = await begin(await beginGround());
      const notices = startOn(store);
      at.isDiskAlmostFull = true;
      chat.answer = (response) => response.writeHead(404).end();
      for (const _look of [1, 2, 3]) {
        at.nowMs += 2 * minuteMs;
        await look(notices);
      }
      expect(texts()).toHaveLength(3);
      expect(log.lines).toHaveLength(1);
      expect(log.lines[0]).toContain('the target answered 404');
      expect(log.lines.join()).not.toMatch(/canary|127\.0\.0\.1/);
      chat.answer = (response) => response.end('ok');
      at.nowMs += minuteMs;
      await look(notices);
      at.nowMs += minuteMs;
      await look(notices);
      expect(texts()).toEqual([{ text: diskText }]);
    });

    test('a server that has just started reads for two minutes before it tells', async () => {
      const { at, store, texts, startOn } = await begin(await beginGround());
      at.isDiskAlmostFull = true;
      const notices = startOn(store);
      expect(await notices.msUntilDue()).toBe(2 * minuteMs);
      at.nowMs += 2 * minuteMs - 1;
      await look(notices);
      expect(texts()).toEqual([]);
      at.nowMs += 1;
      expect(await notices.msUntilDue()).toBe(0);
      await look(notices);
      expect(texts()).toHaveLength(1);
    });
  });
}

const postgres = everyStore.find(({ name }) => name === 'PostgreSQL');
postgres?.describe('notices of several processes', () => {
  test('of all processes on one database one tells', async () => {
    const { at, ground, store, texts, startOn } = await begin(await postgres.begin());
    const second = await ground.open(() => at.nowMs);
    closers.push(second.close);
    const processes = [startOn(store), startOn(second)];
    at.isDiskAlmostFull = true;
    for (let index = 0; index < 3; index += 1) {
      at.nowMs += 2 * minuteMs;
      await look(...processes);
    }
    expect(texts()).toEqual([{ text: diskText }]);
  });
});
