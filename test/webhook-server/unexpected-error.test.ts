// Slow: it starts the built server.

import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../dev/sandbox/create-sandbox.ts';
import { startReceiver } from '../support/receiver.ts';
import { startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Runs with the server, as a package of somebody else's would, and fails on SIGUSR2. */
const preload = (failure: string) => `data:text/javascript,process.on('SIGUSR2', () => { ${failure} })`;

const fatalLines = (printed: string) =>
  printed
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ level }) => level === 'fatal' || level === 'error');

test.each([
  ['an exception in a timer', `setTimeout(() => { throw new Error('of a foreign timer'); }, 1)`],
  ['a promise that nobody handles', `Promise.reject(new Error('of a foreign promise'))`],
  ['many exceptions', `setInterval(() => { throw new Error('of a foreign timer, again and again'); }, 1)`],
])('%s ends the server with one line and code 1, after what is under way was settled', async (_what, failure) => {
  const sandbox = createSandbox();
  const topo = await sandbox.listen();
  let answer = () => {};
  const receiver = await startReceiver((response) => {
    answer = () => response.end();
  });
  const folder = tempFolder();
  const server = startServer(
    { DATA_DIR: folder, TOPO_API_URL: topo.url, HOOK_ALLOWED_HOSTS: receiver.host },
    { nodeArguments: ['--import', preload(failure)] },
  );
  const url = await server.url;
  const post = async (path: string, body: unknown): Promise<{ id: string }> => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.workspaces[0].keys.full}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBeLessThan(300);
    return (await response.json()) as { id: string };
  };
  const { id } = await post('/hooks', { target_url: `${receiver.url}/1/`, event: 'task.reassigned' });
  await post(`/hooks/${id}/test`, {});
  await waitUntil('a delivery was under way', () => receiver.received.length === 1);

  server.child.kill('SIGUSR2');
  await waitUntil('the error was logged', () => server.printed().includes('"level":"fatal"'));
  answer();
  const { code, printed } = await server.ended;
  await topo.close();
  expect(code).toBe(1);
  expect(fatalLines(printed)).toEqual([
    expect.objectContaining({
      msg: 'an unexpected error ends the server',
      error: expect.objectContaining({ message: expect.stringContaining('of a foreign') }),
    }),
  ]);
  const database = new SqliteDatabase(join(folder, 'topo-for-zapier.sqlite'), { readonly: true });
  expect(database.prepare('select state from delivery').pluck().all()).toEqual(['delivered']);
  database.close();
});

test('a call that never ends does not keep a server that ends after an error', async () => {
  const nodeArguments = ['--import', preload(`setTimeout(() => { throw new Error('of a foreign timer'); }, 1)`)];
  const server = startServer({ DATA_DIR: tempFolder() }, { nodeArguments });
  const { hostname, port } = new URL(await server.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write('POST /hooks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
  server.child.kill('SIGUSR2');
  const { code, printed } = await server.ended;
  expect(code).toBe(1);
  expect(fatalLines(printed)).toHaveLength(1);
  socket.destroy();
});

test('a warning of Node is a line of the log', async () => {
  const nodeArguments = ['--import', preload(`process.emitWarning('a foreign warning')`)];
  const server = startServer({ DATA_DIR: tempFolder() }, { nodeArguments });
  await server.url;
  server.child.kill('SIGUSR2');
  await waitUntil('the warning was logged', () => server.printed().includes('a foreign warning'));
  server.child.kill('SIGTERM');
  const { printed } = await server.ended;
  const line = printed.split('\n').find((text) => text.includes('a foreign warning')) ?? '';
  expect(JSON.parse(line)).toMatchObject({ level: 'warn', msg: 'a warning of Node' });
});
