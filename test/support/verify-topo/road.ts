import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** What a proxy between the command and the sandbox does; `number` counts requests from 1. */
type Road = {
  before?: (request: { method: string; path: string; number: number }) => void;
  headers?: Record<string, string>;
  /** Answers in place of the sandbox. */
  instead?: (request: {
    method: string;
    path: string;
    number: number;
    key: string;
  }) => { status: number; body: unknown } | undefined;
  /** Replaces an answer's body. */
  rewrite?: (body: unknown, request: { method: string; path: string; number: number }) => unknown;
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
};

/** Lays a road to the sandbox, on which requests and answers can be seen and changed. */
export const layRoad = async (url: string, { before, headers = {}, instead, rewrite = (body) => body }: Road) => {
  let count = 0;
  const server = createServer(async (request, response) => {
    count += 1;
    const { method = '', url: path = '' } = request;
    const asked = { method, path, number: count };
    const sent = await textOf(request);
    before?.(asked);
    const key = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const own = instead?.({ ...asked, key });
    if (own !== undefined) {
      response.writeHead(own.status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(own.body));
      return;
    }
    try {
      const answer = await fetch(new URL(path, url), {
        method,
        headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
        ...(sent === '' ? {} : { body: sent }),
      });
      const body = rewrite(await answer.json(), asked);
      const passed = ['date', 'retry-after'].flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value]];
      });
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        ...Object.fromEntries(passed),
        ...headers,
      });
      response.end(JSON.stringify(body));
    } catch {
      request.socket.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, count: () => count };
};

export const isReassignment = ({ method }: { method: string }) => method === 'PATCH';
