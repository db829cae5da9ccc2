import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from '@jest/globals';
import { createTransport } from '../webhook-server/delivery/transport.ts';
import { startReceiver } from './support/receiver.ts';

const transport = createTransport();
const closers: (() => void)[] = [];
afterAll(async () => {
  for (const close of closers) close();
  await transport.close();
});

const post = (url: string, signal = new AbortController().signal) =>
  transport.post({ url: new URL(url), headers: { 'content-type': 'application/json' }, body: '{"a":1}', signal });

/** A server that speaks whatever bytes it likes. */
const startRaw = async (onConnection: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

test('a message arrives byte for byte, and its answer is told by its status', async () => {
  const receiver = await startReceiver((response) => response.writeHead(202).end('<html>'));
  expect(await post(`${receiver.url}/a?b=c`)).toEqual({ kind: 'answered', status: 202, retryAfterMs: undefined });
  expect(receiver.received).toMatchObject([{ method: 'POST', path: '/a?b=c', body: '{"a":1}' }]);
});

test.each([301, 302, 307, 308])('a redirect (%i) is an answer, and is not followed', async (status) => {
  const elsewhere = await startReceiver();
  const receiver = await startReceiver((response) => response.writeHead(status, { location: elsewhere.url }).end());
  expect(await post(receiver.url)).toMatchObject({ kind: 'answered', status });
  expect(elsewhere.received).toEqual([]);
});

test('Retry-After is handed on', async () => {
  const receiver = await startReceiver((response) => response.writeHead(429, { 'retry-after': '7' }).end());
  expect(await post(receiver.url)).toEqual({ kind: 'answered', status: 429, retryAfterMs: 7_000 });
});

test('nothing that listens means that nothing was sent', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(await post(`http://127.0.0.1:${port}`)).toMatchObject({ kind: 'never sent' });
});

test('a target that closes the connection without an answer may have the message', async () => {
  const url = await startRaw((socket) => socket.once('data', () => socket.destroy()));
  expect(await post(url)).toMatchObject({ kind: 'no answer' });
});

test('a target that hangs is given up when the server says so', async () => {
  const url = await startRaw(() => {});
  const abort = new AbortController();
  const attempt = post(url, abort.signal);
  abort.abort();
  expect(await attempt).toMatchObject({ kind: 'no answer' });
});

test('an answer that is not HTTP may have the message', async () => {
  const url = await startRaw((socket) => socket.once('data', () => socket.end('<html>hello</html>')));
  expect(await post(url)).toMatchObject({ kind: 'no answer' });
});

test('a huge answer is cut off, and counts by its status', async () => {
  let written = 0;
  const url = await startRaw((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n');
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        while (!socket.destroyed && written < 104_857_600) {
          written += chunk.length;
          if (!socket.write(chunk)) return;
        }
      };
      socket.on('drain', more);
      more();
    });
  });
  expect(await post(url)).toMatchObject({ kind: 'answered', status: 200 });
  expect(written).toBeLessThan(50_000_000);
});

test('a compressed answer is not unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const receiver = await startReceiver((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
  const before = process.memoryUsage().rss;
  expect(await post(receiver.url)).toMatchObject({ kind: 'answered', status: 200 });
  expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
});

test('an answer whose body breaks off counts by its status', async () => {
  const url = await startRaw((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
      setImmediate(() => socket.destroy());
    });
  });
  expect(await post(url)).toMatchObject({ kind: 'answered', status: 200 });
});
