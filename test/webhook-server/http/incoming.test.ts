import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ErrorBody } from '../../../contract/error-body.ts';
import { errorOf, speak } from '../../support/speak-http.ts';
import { startHttp } from '../../support/started-http.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

const userId = '3c90c3cc-0d44-4b50-8888-8dd25736052a';

describe('a body', () => {
  const put = (body: string, headers?: Record<string, string>) =>
    http.call('PUT', `/people/${userId}`, http.keys.full, body, headers);

  test.each([
    '{"name":"Ada","__proto__":{"email":"a@example.com"}}',
    '{"name":"Ada","constructor":{"prototype":{"isAdmin":true}}}',
    '{"name":{"__proto__":null}}',
    '[{"__proto__":[]}]',
  ])('with a name that sets prototypes is refused: %s', async (body) => {
    const { status, json } = await put(body);
    expect(status).toBe(400);
    expect(json.error.message).toMatch(/“(__proto__|constructor)” is not a known field/);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('isAdmin');
  });

  test.each([11, 1_000, 40_000])('that nests %i levels deep is refused', async (depth) => {
    for (const body of ['['.repeat(depth) + ']'.repeat(depth), `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`]) {
      if (body.length > 100_000) continue;
      const { status, json } = await put(body);
      expect(status).toBe(400);
      expect(json.error.message).toContain('nests more than 10 levels');
    }
  });

  test('is counted while it comes, also without a length', async () => {
    const chunk = `${(1024).toString(16)}\r\n${' '.repeat(1024)}\r\n`;
    const heard = await speak(
      http.url,
      `PUT /people/${userId} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${http.keys.full}\r\n` +
        `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunk.repeat(101)}0\r\n\r\n`,
    );
    expect(errorOf(heard)).toMatchObject({ head: expect.stringContaining(' 413 '), code: 'payload_too_large' });
  });

  test.each([
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'multipart/form-data; boundary=x' }],
    [{ 'content-type': 'application/json; charset=latin1' }],
    [{ 'content-encoding': 'gzip' }],
    [{ 'content-encoding': 'br' }],
  ])('that is not plain JSON is refused: %j', async (headers) => {
    const { status, json } = await put('{"name":"Ada"}', headers);
    expect(status).toBe(415);
    expect(ErrorBody.parse(json).error.code).toBe('unsupported_media_type');
  });
});

describe('every answer', () => {
  test.each([
    ['GET', '/healthz'],
    ['GET', '/people'],
    ['GET', '/nowhere'],
    ['OPTIONS', '/hooks'],
  ])('of %s %s has the headers that keep browsers out, and tells no version', async (method, path) => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await http.call(method, path, undefined, undefined, headers);
    const names = [...answer.headers.keys()];
    expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(names).not.toContain('x-powered-by');
    expect(names).not.toContain('server');
    expect(names).not.toContain('etag');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(JSON.stringify([...answer.headers])).not.toMatch(/express|node\/|v\d+\.\d+/i);
  });

  test('to what is not HTTP has the same shape', async () => {
    for (const bytes of [
      'nonsense\r\n\r\n',
      'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
      'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n',
    ]) {
      expect(errorOf(await speak(http.url, bytes))).toMatchObject({ code: 'invalid_request' });
    }
    const smuggled = `POST /hooks HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n`;
    expect(errorOf(await speak(http.url, smuggled))).toMatchObject({ head: expect.stringContaining(' 400 ') });
  });

  test('to headers that are too large has the same shape', async () => {
    const heard = await speak(http.url, `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(errorOf(heard)).toMatchObject({ head: expect.stringContaining(' 431 '), code: 'payload_too_large' });
  });

  test('to a very long field name is short', async () => {
    const { status, text } = await http.call('POST', '/hooks', http.keys.full, { ['x'.repeat(50_000)]: 1 });
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(1_000);
  });
});

describe('slow clients', () => {
  const clientTimeouts = {
    headersTimeout: 150,
    requestTimeout: 400,
    connectionsCheckingInterval: 30,
    stallTimeout: 5_000,
  };

  test.each([
    ['headers', 'GET /people HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    [
      'a body',
      `POST /hooks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer KEY\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"a`,
    ],
  ])('who never end with %s hear 408', async (_what, bytes) => {
    const impatient = await startHttp({ clientTimeouts });
    try {
      expect(errorOf(await speak(impatient.url, bytes.replace('KEY', impatient.keys.full)))).toMatchObject({
        head: expect.stringContaining(' 408 '),
        code: 'timed_out',
      });
    } finally {
      await impatient.close();
    }
  });

  test('500 that drip headers or bodies do not stop a healthy client', async () => {
    const sockets: Socket[] = [];
    const port = Number(new URL(http.url).port);
    const starts = [
      'GET /people HTTP/1.1\r\nHost: x\r\nX-Slow: ',
      `POST /hooks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${http.keys.full}\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{"target_url":"`,
    ];
    const open = async (index: number) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      sockets.push(socket);
      await once(socket, 'connect');
      socket.write(starts[index % 2] ?? '');
    };
    await Promise.all(Array.from({ length: 500 }, (_, index) => open(index)));
    const drip = setInterval(() => {
      for (const socket of sockets) socket.write('x');
    }, 100);
    try {
      for (let calls = 0; calls < 50; calls += 1) {
        expect((await http.call('GET', '/people', http.keys.full)).status).toBe(200);
        expect((await http.call('GET', '/healthz')).status).toBe(200);
      }
      expect(sockets.filter(({ readyState }) => readyState === 'open')).toHaveLength(500);
    } finally {
      clearInterval(drip);
      for (const socket of sockets) socket.destroy();
    }
  });

  test('connections above the cap are closed at once, and those below go on', async () => {
    const small = await startHttp({ maxConnections: 3 });
    const port = Number(new URL(small.url).port);
    const sockets = await Promise.all(
      [1, 2, 3].map(async () => {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      }),
    );
    try {
      expect(await speak(small.url, '')).toBe('');
      const [first] = sockets;
      first?.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      const [heard] = first === undefined ? [] : await once(first, 'data');
      expect(String(heard)).toContain('200 OK');
    } finally {
      for (const socket of sockets) socket.destroy();
      await small.close();
    }
  });
});

test('an address that a caller claims to come from is not believed', async () => {
  const limited = await startHttp({ limits: { newKeysPerMinute: 2 } });
  try {
    const statuses = [];
    for (const address of [1, 2, 3, 4]) {
      const headers = { 'x-forwarded-for': `203.0.113.${address}`, forwarded: `for=203.0.113.${address}` };
      statuses.push((await limited.call('GET', '/people', `topo_guess_${address}`, undefined, headers)).status);
    }
    expect(statuses).toEqual([401, 401, 429, 429]);
  } finally {
    await limited.close();
  }
});

test('a hook’s secret is no key, and Topo is not asked about it', async () => {
  const before = http.sandbox.requests.length;
  expect((await http.call('GET', '/hooks', 'whsec_c2VjcmV0')).status).toBe(401);
  expect(http.sandbox.requests.length).toBe(before);
});
