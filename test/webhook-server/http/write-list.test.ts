import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import express, { type Response } from 'express';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { writeList } from '../../../webhook-server/http/write-list.ts';

/** Serves a list whose pieces come from `pieces`. */
const serve = async (pieces: () => AsyncIterable<readonly unknown[]>) => {
  const app = express();
  const responses: Response[] = [];
  app.get('/', async (_request, response) => {
    responses.push(response);
    await writeList(response, pieces());
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    responses,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

test.each([
  ['nothing', []],
  ['one empty piece', [[]]],
  ['several pieces', [[1, { a: 'ü' }], [], [3], []]],
])('a list of %s is one JSON object', async (_what, pieces) => {
  const server = await serve(async function* () {
    yield* pieces;
  });
  try {
    const response = await fetch(`http://127.0.0.1:${server.port}`);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ items: pieces.flat() });
  } finally {
    server.close();
  }
});

test('no more is read than the client takes, and nothing once it has gone', async () => {
  let read = 0;
  let isOver = false;
  const server = await serve(async function* () {
    try {
      for (;;) {
        read += 1;
        yield ['x'.repeat(100_000)];
        await nextRound();
      }
    } finally {
      isOver = true;
    }
  });
  const client = connect(server.port, '127.0.0.1');
  try {
    client.pause();
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await waitUntil('the client took no more', () => server.responses[0]?.writableNeedDrain === true);
    // Sockets hold some megabytes before nothing more is taken.
    let before = -1;
    await waitUntil('no more is read', async () => {
      const isStill = before === read;
      before = read;
      for (let round = 0; round < 50; round += 1) await nextRound();
      return isStill && before === read;
    });
    expect(isOver).toBe(false);
    client.destroy();
    await waitUntil('the reading ended', () => isOver);
    expect(read).toBe(before);
  } finally {
    client.destroy();
    server.close();
  }
});

test('a piece that fails before anything was sent is an error like any other', async () => {
  // biome-ignore lint/correctness/useYield: it fails before its first piece.
  const server = await serve(async function* () {
    throw new Error('broken');
  });
  try {
    expect((await fetch(`http://127.0.0.1:${server.port}`)).status).toBe(500);
  } finally {
    server.close();
  }
});
