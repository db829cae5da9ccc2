import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { createTransport, deadlineMs } from '../../../webhook-server/delivery/transport.ts';
import { startRawReceiver, writeEndlessly } from '../../support/raw-receiver.ts';
import { startReceiver } from '../../support/receiver.ts';

type Deadline = { ms: number; act: () => void };

let deadlines: Deadline[] = [];
beforeEach(() => {
  deadlines = [];
});

/** Its time passes when a test says so. */
const transport = createTransport({
  clock: () => Date.parse('2026-03-02T09:00:00Z'),
  startTimer(ms, act) {
    const deadline = { ms, act };
    deadlines.push(deadline);
    return () => {
      deadlines = deadlines.filter((other) => other !== deadline);
    };
  },
});
afterAll(() => transport.close());

const post = (url: string, signal = new AbortController().signal) =>
  transport.post({ url: new URL(url), headers: { 'content-type': 'application/json' }, body: '{"a":1}', signal });

const letTheTimePass = () => {
  for (const { act } of deadlines) act();
};

/** Posts, waits until the receiver has done its part, and lets the deadline pass. */
const postUntilDeadline = async (url: string, received: Promise<unknown>) => {
  const attempt = post(url);
  await received;
  expect(deadlines.map(({ ms }) => ms)).toEqual([deadlineMs]);
  letTheTimePass();
  return attempt;
};

/** A promise, and the function that fulfils it. */
const signalled = () => {
  let fulfil = () => {};
  const promise = new Promise<void>((resolve) => {
    fulfil = resolve;
  });
  return { promise, fulfil };
};

const answered = (status: number) => ({ kind: 'answered', status, retryAfterMs: undefined });

test('a message arrives byte for byte, its result is the status, and no timer is left', async () => {
  const receiver = await startReceiver((response) => response.writeHead(202).end('{}'));
  expect(await post(`${receiver.url}/a?b=c`)).toEqual(answered(202));
  expect(receiver.received).toMatchObject([{ method: 'POST', path: '/a?b=c', body: '{"a":1}' }]);
  expect(deadlines).toEqual([]);
});

test('200 with an HTML page is delivered: the status decides', async () => {
  const receiver = await startReceiver((response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Please log in</title>'),
  );
  expect(await post(receiver.url)).toEqual(answered(200));
});

test.each([301, 302, 303, 307, 308])(
  'a redirect (%i) to another host is an answer, and is not followed',
  async (status) => {
    const elsewhere = await startReceiver();
    const receiver = await startReceiver((response) => response.writeHead(status, { location: elsewhere.url }).end());
    expect(await post(receiver.url)).toEqual(answered(status));
    expect(elsewhere.received).toEqual([]);
  },
);

test.each([
  ['7', 7_000],
  ['Mon, 02 Mar 2026 09:01:00 GMT', 60_000],
  ['soon', undefined],
  ['0', 5_000],
  ['99999999999999999999999', 43_200_000],
  ['Fri, 31 Dec 9999 23:59:59 GMT', 43_200_000],
])('Retry-After: %s is passed on, within its bounds', async (retryAfter, retryAfterMs) => {
  const receiver = await startReceiver((response) => response.writeHead(429, { 'retry-after': retryAfter }).end());
  expect(await post(receiver.url)).toEqual({ kind: 'answered', status: 429, retryAfterMs });
});

test('a target that hangs is given up at the deadline, and may have received the message', async () => {
  const { promise, fulfil } = signalled();
  const { url } = await startRawReceiver(fulfil);
  expect(await postUntilDeadline(url, promise)).toMatchObject({ kind: 'no answer' });
});

test('a target that hangs is given up when the server stops', async () => {
  const { promise, fulfil } = signalled();
  const { url } = await startRawReceiver(fulfil);
  const abort = new AbortController();
  const attempt = post(url, abort.signal);
  await promise;
  abort.abort();
  expect(await attempt).toMatchObject({ kind: 'no answer' });
});

test('a message that is given up before the connection is made was never sent', async () => {
  const { url } = await startRawReceiver(() => {});
  expect(await post(url, AbortSignal.abort())).toMatchObject({ kind: 'never sent' });
});

test('many that hang at one host keep nobody else waiting there', async () => {
  let hanging = 0;
  const receiver = await startReceiver((response, { path }) => {
    if (path === '/hangs') hanging += 1;
    else response.end();
  });
  const attempts = Array.from({ length: 100 }, () => post(`${receiver.url}/hangs`));
  expect(await post(receiver.url)).toEqual(answered(200));
  while (hanging < 100) await delay(5);
  letTheTimePass();
  const kinds = (await Promise.all(attempts)).map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['no answer']));
});

test('a target that drips its headers never answers', async () => {
  const { promise, fulfil } = signalled();
  const { url } = await startRawReceiver((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const drip = setInterval(() => socket.write('x'), 5);
    socket.on('close', () => clearInterval(drip));
    setTimeout(fulfil, 30);
  });
  expect(await postUntilDeadline(url, promise)).toMatchObject({ kind: 'no answer' });
});

test('a target that drips its body is cut off at the deadline, and its status counts', async () => {
  const { promise, fulfil } = signalled();
  const { url } = await startRawReceiver((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 5);
    socket.on('close', () => clearInterval(drip));
    setTimeout(fulfil, 30);
  });
  expect(await postUntilDeadline(url, promise)).toEqual(answered(200));
});

test('a target that resets the connection without an answer may have received the message', async () => {
  const { url } = await startRawReceiver((socket) => socket.resetAndDestroy());
  expect(await post(url)).toMatchObject({ kind: 'no answer', reason: expect.stringContaining('ECONNRESET') });
});

test('when a target resets the connection in the middle of its body, its status counts', async () => {
  const { url } = await startRawReceiver((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () =>
      setImmediate(() => socket.resetAndDestroy()),
    );
  });
  expect(await post(url)).toEqual(answered(200));
});

test('only the start of a 100 MB body is read, and the connection is closed', async () => {
  let counter = { written: 0 };
  const { promise, fulfil } = signalled();
  const { url } = await startRawReceiver((socket) => {
    socket.on('close', fulfil);
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n');
    const chunk = Buffer.alloc(64 * 1024);
    counter = writeEndlessly(socket, () => chunk, 104_857_600);
  });
  const before = process.memoryUsage().rss;
  expect(await post(url)).toEqual(answered(200));
  await promise;
  expect(counter.written).toBeLessThan(50_000_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000);
});

test('a gzip bomb is not unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const receiver = await startReceiver((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
  const before = process.memoryUsage().rss;
  expect(await post(receiver.url)).toEqual(answered(200));
  expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
});

test('with bad chunking the status counts', async () => {
  const { url } = await startRawReceiver((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot-a-length\r\nabc'),
  );
  expect(await post(url)).toEqual(answered(200));
});

test.each([
  ['HTTP/0.9', '<html>hello</html>'],
  ['another protocol', '220 mail.example.com ESMTP\r\n'],
  ['a status that is no number', 'HTTP/1.1 OK\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['a header without end', `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(1_000_000)}`],
  ['100 Continue, which nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
])('a target that answers with %s may have received the message', async (_what, bytes) => {
  const { url } = await startRawReceiver((socket) => socket.end(bytes));
  expect(await post(url)).toMatchObject({ kind: 'no answer' });
});

test('with a body shorter than its Content-Length the status counts', async () => {
  const { url } = await startRawReceiver((socket) =>
    socket.end('HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\nabc'),
  );
  expect(await post(url)).toEqual(answered(204));
});

test('bytes after the end of a response are not taken for the response to the next message', async () => {
  const { url } = await startRawReceiver((socket) => {
    socket.write('HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    socket.on('data', () => socket.end('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n'));
  });
  expect(await post(url)).toEqual(answered(500));
  expect(await post(url)).not.toEqual(answered(200));
});

test('a flood of 1xx responses is given up', async () => {
  let counter = { written: 0 };
  const { promise, fulfil } = signalled();
  const { url } = await startRawReceiver((socket) => {
    socket.on('close', fulfil);
    const hint = Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'.repeat(100));
    counter = writeEndlessly(socket, () => hint, 1_000_000_000);
  });
  expect(await post(url)).toMatchObject({ kind: 'no answer' });
  await promise;
  expect(counter.written).toBeLessThan(50_000_000);
});

test('a few 1xx responses are skipped', async () => {
  const { url } = await startRawReceiver((socket) =>
    socket.end('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
  );
  expect(await post(url)).toEqual(answered(200));
});

test('where nothing listens, nothing was sent', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  expect(await post(`http://127.0.0.1:${port}`)).toMatchObject({ kind: 'never sent' });
});

test('without TLS, or when the handshake breaks off, nothing was sent', async () => {
  const plain = await startReceiver();
  expect(await post(`https://${plain.host}`)).toMatchObject({ kind: 'never sent' });
  const broken = await startRawReceiver((socket) => socket.resetAndDestroy());
  expect(await post(`https://${broken.host}`)).toMatchObject({ kind: 'never sent' });
  const silent = await startRawReceiver(() => {});
  const attempt = post(`https://${silent.host}`);
  await delay(20);
  letTheTimePass();
  expect(await attempt).toMatchObject({ kind: 'never sent' });
});

test('when a name does not resolve, nothing was sent', async () => {
  expect(await post('http://nowhere.invalid')).toMatchObject({ kind: 'never sent' });
});
