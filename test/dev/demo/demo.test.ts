// Slow: it starts the built server and the built app.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runStages } from '../../../dev/demo/run-stages.ts';
import { builtFile } from '../../../dev/local-server/built-file.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'topo-for-zapier-demo-'));
});

const clean: (() => void)[] = [];

afterEach(() => {
  for (const each of clean.splice(0)) each();
  rmSync(folder, { recursive: true, force: true });
});

const startDemo = (...flags: string[]) => {
  const child = spawn(process.execPath, [fileURLToPath(builtFile('dev/demo/main.js')), ...flags], { cwd: folder });
  const demo = { child, output: '', ended: once(child, 'exit') };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      demo.output += String(chunk);
    });
  }
  // On SIGTERM a demo stops what it has started; on an ended one it has no effect.
  clean.push(() => child.kill('SIGTERM'));
  return demo;
};

test('the demo runs every stage once and exits with 0', async () => {
  const demo = startDemo('--once');

  expect(await demo.ended).toEqual([0, null]);
  expect(demo.output).toMatch(
    /An action ran +.+ → .+\n.+Heard the action +.+ → .+ heard by the Zap after \d+ ms, one POST/,
  );
  expect(demo.output).toMatch(
    /A colleague acted +.+ → .+\n.+Heard the colleague +.+ → .+ heard by the Zap after \d+ ms, one POST/,
  );
  expect(demo.output).toContain('2 reassignments, 2 POSTs, 2 runs, each with both people');
});

test('the demo stays up, prints what the Zap hears, and stops everything when it is interrupted', async () => {
  const demo = startDemo();
  await waitUntil('the demo is up', () => {
    if (demo.child.exitCode !== null) throw new Error(demo.output);
    return demo.output.includes('Ctrl-C stops everything.');
  });
  const [line = ''] = /curl .+/.exec(demo.output) ?? [];
  const shell = spawn('sh', ['-c', line.replace('curl', 'curl --silent')], { stdio: 'ignore' });
  await once(shell, 'exit');
  await waitUntil(
    'the demo told of it',
    () => demo.output.split('Ctrl-C').at(-1)?.includes('heard by the Zap') === true,
  );

  demo.child.kill('SIGINT');

  expect(await demo.ended).toEqual([0, null]);
  const [serverUrl = ''] = /The server is up +(\S+)/.exec(demo.output)?.slice(1) ?? [];
  await expect(fetch(`${serverUrl}/readyz`)).rejects.toThrow();
});

test('the demo uses other ports when its own are in use, and says so', async () => {
  const others = [4010, 3000, 4020].map((port) =>
    createServer()
      .on('error', () => {})
      .listen(port, '127.0.0.1'),
  );

  clean.push(...others.map((other) => () => other.close()));

  const demo = startDemo('--once');

  expect(await demo.ended).toEqual([0, null]);
  for (const port of [4010, 3000, 4020]) expect(demo.output).toContain(`Port ${port} is in use, so it took `);
});

test('the demo refuses an unknown flag', async () => {
  const demo = startDemo('--twice');

  expect(await demo.ended).toEqual([1, null]);
  expect(demo.output).toBe('“--twice” is unknown here: the only flag is --once, as in `npm start -- --once`.\n');
});

test('a stage that fails is named, and those after it do not run', async () => {
  const completed: string[] = [];
  const stages = [
    { name: 'First', run: async () => 'done' },
    { name: 'Second', run: () => Promise.reject(new Error('The bridge is out.')) },
    { name: 'Third', run: async () => 'done' },
  ];

  const running = runStages(stages, (stage) => completed.push(stage));

  await expect(running).rejects.toThrow('“Second” was not reached. The bridge is out.');
  expect(completed).toEqual(['First']);
});
