import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import type { HttpLimits } from '../../../webhook-server/http/limits.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { startHttp } from '../../support/started-http.ts';
import { tempFolder } from '../../support/temp-folder.ts';

let close = async () => {};
afterEach(() => close());

/** Asking for the people of the first workspace takes until the test ends it. */
const start = async (limits: Partial<HttpLimits> = {}) => {
  const atWork: (() => void)[] = [];
  let begun = 0;
  const http = await startHttp({
    limits,
    openStore: async (clock) => {
      const store = createSqliteStore(join(tempFolder(), 'store.sqlite'), clock);
      const tenant: typeof store.tenant = (organizationId) => ({
        ...store.tenant(organizationId),
        async people() {
          if (organizationId !== http.organizationId) return [];
          begun += 1;
          await new Promise<void>((resolve) => atWork.push(resolve));
          return [];
        },
      });
      return { ...store, tenant };
    },
  });
  const endOne = () => atWork.shift()?.();
  const endAll = async (answers: Promise<unknown>[]) => {
    let isOver = false;
    const over = Promise.all(answers).finally(() => {
      isOver = true;
    });
    await waitUntil('all are answered', () => {
      endOne();
      return isOver;
    });
    return over;
  };
  close = async () => {
    while (atWork.length > 0) endOne();
    await http.close();
  };
  await http.call('GET', '/hooks', http.keys.full);
  await http.call('GET', '/hooks', http.keys.readOnly);
  const ask = (key = http.keys.full) => http.call('GET', '/people', key);
  return { http, ask, endOne, endAll, begun: () => begun };
};

const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status);

test('of a workspace eight calls run at once, with whichever of its keys, and others wait for their turn', async () => {
  const { http, ask, endOne, endAll, begun } = await start();
  const answers = Array.from({ length: 20 }, (_, index) => ask(index % 2 === 0 ? http.keys.full : http.keys.readOnly));
  await waitUntil('eight have begun', () => begun() === 8);
  // All twenty have come by the time that another workspace is answered.
  expect((await ask(http.foreignKey)).status).toBe(200);
  expect(begun()).toBe(8);
  endOne();
  await waitUntil('the next has begun', () => begun() === 9);
  await endAll(answers);
  expect(new Set(statuses(await Promise.all(answers)))).toEqual(new Set([200]));
  expect(begun()).toBe(20);
});

test('a hundred calls that come at once are all answered', async () => {
  const { ask, endAll } = await start();
  const answers = Array.from({ length: 100 }, () => ask());
  await endAll(answers);
  expect(new Set(statuses(await Promise.all(answers)))).toEqual(new Set([200]));
});

test('when too many wait the answer is 429 at once, and other workspaces go on', async () => {
  const { http, ask, endAll, begun } = await start({ callsAtOnce: 2, callsWaiting: 3 });
  const answers = Array.from({ length: 5 }, () => ask());
  await waitUntil('two have begun', () => begun() === 2);
  let refused: Awaited<ReturnType<typeof ask>> | undefined;
  await waitUntil('one is refused', async () => {
    const answer = await Promise.race([ask(), delay(200, undefined)]);
    refused = answer;
    return answer?.status === 429;
  });
  expect(refused?.json.error).toMatchObject({
    code: 'rate_limited',
    message: expect.stringContaining('2 calls at once'),
  });
  expect(refused?.headers.get('retry-after')).toBe('1');
  expect((await ask(http.foreignKey)).status).toBe(200);
  expect((await http.call('GET', '/healthz')).status).toBe(200);
  await endAll(answers);
});

test('who waits too long hears 429, and whoever comes later gets a turn', async () => {
  const { ask, endAll, endOne, begun } = await start({ callsAtOnce: 1, callWaitMs: 50 });
  const first = ask();
  await waitUntil('it has begun', () => begun() === 1);
  expect((await ask()).status).toBe(429);
  endOne();
  expect((await first).status).toBe(200);
  expect(statuses((await endAll([ask()])) as { status: number }[])).toEqual([200]);
  expect(begun()).toBe(2);
});

test('a caller that hangs up keeps its place while its call is at work, and does no work if it has not begun', async () => {
  const { http, ask, endAll, endOne, begun } = await start({ callsAtOnce: 1 });
  const idle = await http.connections();
  const calls = Array.from({ length: 3 }, () => {
    const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
    socket.write(`GET /people HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${http.keys.full}\r\n\r\n`);
    return socket;
  });
  await waitUntil('one has begun', () => begun() === 1);
  // What comes last is answered after those have come.
  expect((await http.call('GET', '/nowhere')).status).toBe(404);
  for (const socket of calls) socket.destroy();
  await waitUntil('they have hung up', async () => (await http.connections()) <= idle);
  const next = ask();
  expect(begun()).toBe(1);
  endOne();
  expect(statuses((await endAll([next])) as { status: number }[])).toEqual([200]);
  expect(begun()).toBe(2);
});
