import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { unnamedPerson } from '../../../contract/person.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { startHttp } from '../../support/started-http.ts';
import { tempFolder } from '../../support/temp-folder.ts';

/** More than the operating system keeps for a connection. */
const megabytes = 24;
const people = Array.from({ length: megabytes }, (_, index) => ({
  ...unnamedPerson(String(index)),
  name: 'x'.repeat(1_000_000),
}));

const startLarge = (clientTimeouts: { stallTimeout: number }, thinkMs = 0) =>
  startHttp({
    clientTimeouts: {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      connectionsCheckingInterval: 100,
      ...clientTimeouts,
    },
    openStore: async (clock) => {
      const store = createSqliteStore(join(tempFolder(), 'store.sqlite'), clock);
      const tenant: typeof store.tenant = (organizationId) => ({
        ...store.tenant(organizationId),
        people: () => delay(thinkMs, people),
      });
      return { ...store, tenant };
    },
  });

let sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
});

/** Asks for the people, and reads nothing until it is told to. */
const ask = async ({ url, keys }: Awaited<ReturnType<typeof startLarge>>, more = '') => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  socket.pause();
  await once(socket, 'connect');
  socket.write(`GET /people HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.full}\r\n\r\n${more}`);
  return socket;
};

test('an answer that nobody reads is given up, and its connection closed', async () => {
  const http = await startLarge({ stallTimeout: 1_000 });
  try {
    await Promise.all([ask(http), ask(http), ask(http, 'GET /people HTTP/1.1\r\nHost: x\r\n\r\n')]);
    await waitUntil('they are connected', async () => (await http.connections()) === 3);
    await waitUntil('they are cut off', async () => (await http.connections()) === 0);
    // Their places among the calls of the workspace are free again.
    const whole = await fetch(`${http.url}/people`, { headers: { authorization: `Bearer ${http.keys.full}` } });
    expect((await whole.text()).length).toBeGreaterThan(megabytes * 1_000_000);
  } finally {
    await http.close();
  }
});

test('a client that reads slowly gets the whole answer, however long it takes', async () => {
  const stallTimeout = 1_500;
  const http = await startLarge({ stallTimeout });
  try {
    const socket = await ask(http);
    const startedAt = performance.now();
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes < 12_000_000) socket.pause();
    });
    // A little again and again, for longer than a client may stand still.
    while (bytes < 12_000_000) {
      socket.resume();
      await delay(15);
    }
    expect(performance.now() - startedAt).toBeGreaterThan(stallTimeout);
    await waitUntil('all has come', () => bytes > megabytes * 1_000_000);
  } finally {
    await http.close();
  }
});

test('a client that waits for a slow answer is not cut off', async () => {
  const http = await startLarge({ stallTimeout: 1_000 }, 2_500);
  try {
    const whole = await fetch(`${http.url}/people`, { headers: { authorization: `Bearer ${http.keys.full}` } });
    expect((await whole.text()).length).toBeGreaterThan(megabytes * 1_000_000);
  } finally {
    await http.close();
  }
});
