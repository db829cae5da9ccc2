import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { errorOf, speak } from '../../support/speak-http.ts';
import { startHttp } from '../../support/started-http.ts';
import { tempFolder } from '../../support/temp-folder.ts';

/** Each call for people waits until it is let go. */
const waiting: (() => void)[] = [];
const letGo = () => {
  for (const go of waiting.splice(0)) go();
};

const clientTimeouts = {
  headersTimeout: 600,
  requestTimeout: 900,
  connectionsCheckingInterval: 30,
  stallTimeout: 30_000,
};

let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  http = await startHttp({
    clientTimeouts,
    openStore: async (clock) => {
      const store = createSqliteStore(join(tempFolder(), 'store.sqlite'), clock);
      const tenant: typeof store.tenant = (organizationId) => ({
        ...store.tenant(organizationId),
        people: () => new Promise((resolve) => waiting.push(() => resolve([]))),
      });
      return { ...store, tenant };
    },
  });
});
afterAll(() => http.close());

/** The answers on one connection: each has a length. */
const answersIn = (heard: string) => {
  const answers: { status: number; body: string }[] = [];
  let rest = heard;
  while (rest !== '') {
    const headEnd = rest.indexOf('\r\n\r\n');
    const head = rest.slice(0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const bodyStart = headEnd + 4;
    answers.push({ status: Number(head.split(' ')[1]), body: rest.slice(bodyStart, bodyStart + length) });
    rest = rest.slice(bodyStart + length);
  }
  return answers;
};

const fine = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
const slow = () => `GET /people HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${http.keys.full}\r\n\r\n`;
const body = (rest: string) =>
  `POST /hooks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${http.keys.full}\r\nContent-Type: application/json\r\n${rest}`;

const bad: [string, number, () => string][] = [
  ['nonsense', 400, () => 'nonsense\r\n\r\n'],
  ['no Host', 400, () => 'GET /people HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['CONNECT', 400, () => 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n'],
  ['an expectation', 417, () => body('Expect: a-miracle\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}')],
  ['large headers', 431, () => `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['headers that never end', 408, () => 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  ['a body that never ends', 408, () => body('Content-Length: 50\r\n\r\n{"a')],
  ['a chunk without a size', 400, () => body('Transfer-Encoding: chunked\r\n\r\nnonsense\r\n')],
];

describe('a bad request', () => {
  test.each(bad)(
    '%s: %i, in the shape of every error, as the first of its connection',
    async (_what, status, bytes) => {
      const heard = await speak(http.url, bytes());
      expect(errorOf(heard).head).toContain(` ${status} `);
    },
  );

  test.each(bad)('%s: %i, also on a connection that has served others', async (_what, status, bytes) => {
    const answers = answersIn(await speak(http.url, fine + fine + bytes()));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, status]);
    expect(JSON.parse(answers[2]?.body ?? '')).toMatchObject({ error: { request_id: expect.stringMatching(/^req_/) } });
  });

  test.each(bad)('%s: %i, after the answers that are under way, which stay whole', async (_what, status, bytes) => {
    const hearing = speak(http.url, slow() + slow() + bytes());
    await waitUntil('both calls are at work', () => waiting.length === 2);
    if (status === 408) await new Promise((resolve) => setTimeout(resolve, 1_500));
    letGo();
    const answers = answersIn(await hearing);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, status]);
    expect(answers.slice(0, 2).map((answer) => answer.body)).toEqual(['{"items":[]}', '{"items":[]}']);
    expect(JSON.parse(answers[2]?.body ?? '')).toMatchObject({ error: { message: expect.any(String) } });
  });
});

test('a request that has its answer gets no second one when its body stays away', async () => {
  const unknown = 'POST /hooks HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{"a';
  expect(answersIn(await speak(http.url, unknown)).map(({ status }) => status)).toEqual([401]);
});

test('a client that vanishes after CONNECT does no harm', async () => {
  const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.resetAndDestroy();
  expect((await http.call('GET', '/healthz')).status).toBe(200);
});

test.each([
  ['nonsense', 'nonsense\r\n\r\n'],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
])('a client that was refused for %s and keeps its side open is disconnected', async (_what, bytes) => {
  const others = await http.connections();
  const socket = connect({ port: Number(new URL(http.url).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  socket.resume();
  socket.write(bytes);
  await once(socket, 'end');
  await waitUntil('only connections of others are left', async () => (await http.connections()) <= others, {
    withinMs: 15_000,
  });
  socket.destroy();
});

describe('an idle connection', () => {
  test('stays open longer than proxies keep theirs', async () => {
    expect(
      await speak(http.url, fine.replace('\r\n\r\n', '\r\nConnection: keep-alive\r\n\r\nnonsense\r\n\r\n')),
    ).toContain('Keep-Alive: timeout=80');
  });

  test('may be idle for longer than headers and requests may take', async () => {
    const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const ask = async () => {
      socket.write(fine);
      const [heard] = await once(socket, 'data');
      return String(heard);
    };
    expect(await ask()).toContain(' 200 OK');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await ask()).toContain(' 200 OK');
    socket.destroy();
  });

  test('is closed after the time that is configured', async () => {
    const brief = await startHttp({ keepAliveMs: 200 });
    try {
      expect(await speak(brief.url, fine)).toContain(' 200 OK');
    } finally {
      await brief.close();
    }
  });
});

test('a client that asks whether to send its body is told so once it is known', async () => {
  const asking = (key: string) =>
    `PUT /people/3c90c3cc-0d44-4b50-8888-8dd25736052a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n` +
    'Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 14\r\nConnection: close\r\n\r\n';
  expect(await speak(http.url, asking('topo_unknown'))).toMatch(/^HTTP\/1.1 401 /);
  const known = await speak(http.url, `${asking(http.keys.full)}{"name":"Ada"}`);
  expect(known).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/);
});
