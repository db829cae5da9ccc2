// Slow: it starts the built server.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { freePort } from '../../dev/local-server/free-port.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { killAfterTests, startServer } from '../support/server-process.ts';
import { fillDisk, onSmallDisk, testWithDisk } from '../support/small-disk.ts';
import { tempFolder } from '../support/temp-folder.ts';

const statusOf = async (url: string, path = '/healthz'): Promise<number> =>
  (await fetch(url + path, { signal: AbortSignal.timeout(5_000) })).status;

const isUp = async (url: string): Promise<boolean> => {
  try {
    return (await statusOf(url)) === 200;
  } catch {
    return false;
  }
};

/** A server whose output is not read here, so that its port must be known. */
const startUnread = async (options: Parameters<typeof startServer>[1]) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = startServer({ DATA_DIR: tempFolder(), PORT: String(port) }, options);
  await waitUntil('the server was up', () => isUp(url));
  return { ...server, url };
};

/** Each call without a key is refused, and logged. */
const callOften = async (url: string, times: number): Promise<void> => {
  for (let calls = 0; calls < times; calls += 1) expect([401, 429]).toContain(await statusOf(url, '/hooks'));
  expect(await statusOf(url)).toBe(200);
};

const stop = async ({ child, ended }: Pick<ReturnType<typeof startServer>, 'child' | 'ended'>) => {
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0 });
};

testWithDisk('a full disk for the log stops nothing; what was dropped is counted (needs to mount a disk)', () =>
  onSmallDisk(async (folder) => {
    const path = join(folder, 'log');
    const file = openSync(path, 'a');
    const server = await startUnread({ stdout: file, stderr: file });
    closeSync(file);
    const empty = fillDisk(folder);
    await callOften(server.url, 60);
    expect(readFileSync(path, 'utf8')).not.toContain('"dropped"');
    empty();
    // Nobody calls meanwhile: the count does not wait for another line.
    await waitUntil('the dropped lines were counted', async () => readFileSync(path, 'utf8').includes('"dropped"'));
    await callOften(server.url, 1);
    await stop(server);
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const reports = lines.flatMap((line) => /"dropped":(\d+)/.exec(line)?.[1] ?? []).map(Number);
    expect(reports).toHaveLength(1);
    const requests = lines.filter((line) => line.includes('"msg":"request"') && line.endsWith('}')).length;
    expect((reports[0] ?? 0) + requests).toBeGreaterThanOrEqual(61);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ msg: 'stopped' });
  }),
);

const testOnLinux = process.platform === 'linux' ? test : test.skip;

testOnLinux('an output that is always full stops nothing', async () => {
  const full = openSync('/dev/full', 'w');
  const server = await startUnread({ stdout: full, stderr: full });
  closeSync(full);
  await callOften(server.url, 20);
  await stop(server);
});

test('a pipe that nobody reads stops nothing, and does not keep the server from ending', async () => {
  const server = await startUnread({});
  server.child.stdout?.pause();
  server.child.stderr?.pause();
  // A line has about 150 bytes, and a pipe 64 kB.
  await callOften(server.url, 600);
  const exited = new Promise((resolve) => server.child.on('exit', resolve));
  server.child.kill('SIGTERM');
  expect(await exited).toBe(0);
  server.child.stdout?.destroy();
  server.child.stderr?.destroy();
});

test('outputs that are closed stop nothing', async () => {
  const server = await startUnread({});
  server.child.stdout?.destroy();
  server.child.stderr?.destroy();
  await callOften(server.url, 20);
  await stop(server);
});

test.each(['stdout', 'stderr'] as const)('a server that cannot start ends when its %s is closed', async (output) => {
  const server = startServer({ DATA_DIR: tempFolder(), PORT: 'http' });
  server.child[output]?.destroy();
  expect(await server.ended).toMatchObject({ code: 1 });
});

test.each([[[]], [['--disable-sigusr1']]])('SIGUSR1 opens no inspector (Node with %j)', async (nodeArguments) => {
  const server = startServer({ DATA_DIR: tempFolder() }, { nodeArguments });
  const url = await server.url;
  server.child.kill('SIGUSR1');
  await callOften(url, 3);
  await stop(server);
  expect(server.printed()).not.toMatch(/Debugger listening|ws:\/\//);
});

test('npm run serve starts Node without its inspector', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  expect(scripts['serve']).toContain('--disable-sigusr1');
  const child = spawn(process.execPath, ['--disable-sigusr1', '--eval', ''], { stdio: 'inherit' });
  killAfterTests(child);
  return new Promise<void>((resolve) => {
    child.on('close', (code) => {
      expect(code).toBe(0);
      resolve();
    });
  });
});
