import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { measureJson } from '../../../webhook-server/http/measure-json.ts';
import { startHttp } from '../../support/started-http.ts';

let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

const userId = (index: number) => `3c90c3cc-0d44-4b50-8888-${String(index).padStart(12, '0')}`;
const withBodies: [string, string][] = [
  ['POST', '/hooks'],
  ['POST', '/hooks/hok_1/recover'],
  ['POST', '/intents'],
  ['PATCH', '/intents'],
  ['PATCH', '/intents/int_1'],
  ['PUT', `/people/${userId(1)}`],
  ['POST', '/people/import'],
];

/** Begins a request, and never sends the whole of its body. */
const begin = async (method: string, path: string, headers: string) => {
  const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n${headers}\r\n{"a":`);
  return socket;
};

describe('a caller without a working key', () => {
  test.each(withBodies)('of %s %s is refused before the body has come', async (method, path) => {
    for (const authorization of ['', 'Authorization: Bearer topo_unknown\r\n', 'Authorization: Bearer whsec_x\r\n']) {
      const socket = await begin(method, path, `Content-Type: application/json\r\n${authorization}`);
      const [heard] = await once(socket, 'data');
      expect(String(heard)).toMatch(/^HTTP\/1.1 401 /);
      socket.destroy();
    }
  });

  test('makes nothing be parsed', async () => {
    const parse = jest.spyOn(JSON, 'parse');
    try {
      const body = `[${'[],'.repeat(150_000)}[]]`;
      // The answer may come before all is sent.
      const answer = await fetch(`${http.url}/people/import`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(answer.status).toBe(401);
      expect(parse.mock.calls.filter(([text]) => text.length > 1_000)).toEqual([]);
    } finally {
      parse.mockRestore();
    }
  });
});

describe('a body that was not read', () => {
  const unread = async (length: number) => {
    const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
    await once(socket, 'connect');
    let heard = '';
    let isClosed = false;
    socket.on('error', () => {});
    socket.on('close', () => {
      isClosed = true;
    });
    socket.on('data', (chunk) => {
      heard += String(chunk);
    });
    socket.write(`POST /people/import HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
    await waitUntil('it was refused', () => heard.includes('HTTP/1.1 401 '));
    return { socket, heard: () => heard, isClosed: () => isClosed };
  };

  test('is discarded when it is no larger than a body may be, and the connection goes on', async () => {
    const { socket, heard } = await unread(500_000);
    socket.write(Buffer.alloc(500_000));
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitUntil('the next request is answered', () => heard().includes('HTTP/1.1 200 OK'));
    socket.destroy();
  });

  test('ends the connection when it is larger', async () => {
    const { socket, isClosed } = await unread(1_000_000_000);
    let sent = 0;
    await waitUntil('the connection is closed', () => {
      if (!isClosed() && socket.writableLength === 0) {
        socket.write(Buffer.alloc(100_000));
        sent += 100_000;
      }
      return isClosed();
    });
    expect(sent).toBeLessThan(50_000_000);
  });
});

describe('the values of a body', () => {
  test.each(['POST', 'PATCH'])('of %s /intents are counted before it is parsed', async (method) => {
    const parse = jest.spyOn(JSON, 'parse');
    try {
      for (const body of [`[${'[],'.repeat(11_000)}[]]`, `{${'"":1,'.repeat(20_000)}"":1}`]) {
        const { status, json } = await http.call(method, '/intents', http.keys.full, body);
        expect([status, json.error.code]).toEqual([413, 'payload_too_large']);
      }
      expect(parse.mock.calls.filter(([text]) => text.length > 1_000)).toEqual([]);
    } finally {
      parse.mockRestore();
    }
  });

  test('may be as many as an import of 1,000 people has', async () => {
    const people = Array.from({ length: 1_000 }, (_, index) => ({
      user_id: userId(index),
      name: 'Ada, {[the "first"]}, \\ and others, '.repeat(3),
      email: `ada${index}@example.com`,
    }));
    const text = JSON.stringify(people);
    expect(measureJson(Buffer.from(text)).values).toBeLessThan(5_000);
    expect(await http.call('POST', '/people/import', http.keys.full, text)).toMatchObject({ status: 200 });
  });

  test.each([
    ['{}', 2, 1],
    ['[]', 2, 1],
    ['[1,2,3]', 4, 1],
    ['{"a":[{"b":"],[,{"}],"c\\\\":"\\""}', 5, 3],
    ['"\\"[[[["', 1, 0],
  ])('are counted: %s', (text, values, depth) => {
    expect(measureJson(Buffer.from(text))).toEqual({ values, depth });
  });

  test.each(['utf-16', 'utf-16le', 'utf-32', 'utf-7'])('are not hidden by the charset %s', async (charset) => {
    const headers = { 'content-type': `application/json; charset=${charset}` };
    expect((await http.call('POST', '/intents', http.keys.full, '[]', headers)).status).toBe(415);
  });
});
