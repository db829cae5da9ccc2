// Slow: it starts the built server.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createSandbox } from '../../dev/sandbox/create-sandbox.ts';
import { killAfterTests, startServer } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

test('with only a folder configured the server starts, is ready, and stops on SIGTERM', async () => {
  const server = startServer({ DATA_DIR: tempFolder() });
  const url = await server.url;
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready', readings: [] });
  server.child.kill('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0 });
});

test('a server that still starts ends on SIGTERM, also as the first process of a container', async () => {
  // Takes connections, and answers none.
  const silent = createTcpServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const connected = new Promise((resolve) => silent.once('connection', resolve));
  const { port } = silent.address() as AddressInfo;
  const server = startServer({
    DATABASE_URL: `postgres://user@127.0.0.1:${port}/none`,
    ENCRYPTION_KEY: '11'.repeat(32),
  });
  await connected;
  server.child.kill('SIGTERM');
  // Of a process without a handler it would be null.
  expect(await server.ended).toMatchObject({ code: 143 });
  silent.close();
});

test('npm run serve passes SIGTERM to the server, which stops gracefully', async () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const child = spawn('sh', ['-c', scripts['serve'] ?? ''], {
    env: { PATH: `${process.cwd()}/node_modules/.bin:/usr/bin:/bin`, PORT: '0', DATA_DIR: tempFolder() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  killAfterTests(child);
  let printed = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => {
      printed += text;
      if (printed.includes('listening')) resolve();
    });
  });
  child.kill('SIGTERM');
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(0);
  expect(printed).toContain('"msg":"stopped"');
});

test('a second server on the same folder is refused with a sentence; the first keeps running', async () => {
  const folder = tempFolder();
  const first = startServer({ DATA_DIR: folder });
  const url = await first.url;
  const second = await startServer({ DATA_DIR: folder }).ended;
  expect(second.code).toBe(1);
  expect(second.printed).toMatch(/Another process is using .*DATA_DIR/);
  expect(second.printed).not.toMatch(/\n\s+at /);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  first.child.kill('SIGTERM');
  await first.ended;
});

test('after kill -9 the server starts again on its folder', async () => {
  const folder = tempFolder();
  const first = startServer({ DATA_DIR: folder });
  await first.url;
  first.child.kill('SIGKILL');
  await first.ended;
  const second = startServer({ DATA_DIR: folder });
  expect((await fetch(`${await second.url}/readyz`)).status).toBe(200);
  second.child.kill('SIGTERM');
  await second.ended;
});

test('another encryption key is refused with a sentence', async () => {
  const folder = tempFolder();
  const first = startServer({ DATA_DIR: folder, ENCRYPTION_KEY: '11'.repeat(32) });
  await first.url;
  first.child.kill('SIGTERM');
  await first.ended;
  const second = await startServer({ DATA_DIR: folder, ENCRYPTION_KEY: '22'.repeat(32) }).ended;
  expect(second.code).toBe(1);
  expect(second.printed).toContain('ENCRYPTION_KEY');
  expect(second.printed).not.toMatch(/2222|\n\s+at /);
});

test('a port in use and a bad configuration give a sentence and exit code 1', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const inUse = await startServer({ DATA_DIR: tempFolder(), PORT: String(port) }).ended;
  other.close();
  expect(inUse).toMatchObject({ code: 1 });
  expect(inUse.printed).toContain('The port is in use');
  const bad = await startServer({ DATA_DIR: tempFolder(), PORT: 'http', LOG_LEVEL: 'loud' }).ended;
  expect(bad).toMatchObject({ code: 1 });
  expect(bad.printed).toMatch(/PORT .*\n.*LOG_LEVEL /);
});

test('a file that is not a database is refused with a sentence', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'topo-for-zapier.sqlite'), 'x'.repeat(5000));
  const { code, printed } = await startServer({ DATA_DIR: folder }).ended;
  expect(code).toBe(1);
  expect(printed).toContain('damaged');
});

test('keys, targets and secrets are in no file and no output in clear', async () => {
  const sandbox = createSandbox();
  const topo = await sandbox.listen();
  const folder = tempFolder();
  const server = startServer({ DATA_DIR: folder, TOPO_API_URL: topo.url, LOG_LEVEL: 'debug' });
  const key = sandbox.workspaces[0].keys.full;
  const answer = await fetch(`${await server.url}/hooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ target_url: 'https://hooks.zapier.com/canary-target/', event: 'task.reassigned' }),
  });
  const { secret } = (await answer.json()) as { secret: string };
  const filesNow = () =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => readFileSync(join(folder, name)).toString('latin1'));
  const whileRunning = filesNow();
  server.child.kill('SIGTERM');
  await server.ended;
  await topo.close();
  for (const text of [...whileRunning, ...filesNow(), server.printed()]) {
    for (const canary of [key, 'canary-target', secret.slice(6)]) expect(text.includes(canary)).toBe(false);
  }
});
