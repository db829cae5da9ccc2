import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from '@jest/globals';

export type Received = { method: string; path: string; headers: IncomingMessage['headers']; body: string };

type Answer = (response: ServerResponse, request: Received) => void;

const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers.splice(0)) close();
});

/** A server on loopback that keeps what it received. `answer` may be replaced at any time. */
export const startReceiver = async (answer: Answer = (response) => response.end('{}')) => {
  const received: Received[] = [];
  const receiver = { received, answer, url: '', host: '' };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const kept = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(kept);
      receiver.answer(response, kept);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  receiver.host = `127.0.0.1:${port}`;
  receiver.url = `http://${receiver.host}`;
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return receiver;
};
