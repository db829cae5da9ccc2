// Slow: it starts the built server and the built app.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createPrinter } from '../../../dev/demo/printer.ts';
import { runStages } from '../../../dev/demo/run-stages.ts';
import { builtFile } from '../../../dev/local-server/built-file.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

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

/** What is the same each time: no times, no ports, and no word of ports that were in use. */
const withoutFigures = (output: string): string =>
  output
    .replaceAll(/^ +Port \d+ is in use.*\n/gm, '')
    .replaceAll(/\d+\.\d s/g, '… s')
    .replaceAll(/\d+ ms/g, '… ms')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:…')
    .replaceAll(/\s+/g, ' ')
    .trim();

test('the demo runs every stage once and exits with 0, as the README shows it', async () => {
  const demo = startDemo('--once');

  expect(await demo.ended).toEqual([0, null]);
  const stages = [
    ['Made in Topo', 'New Task', 'A call with .+ is new for .+'],
    ['An action ran', 'Task Reassigned', 'A call with .+ went from .+ to .+'],
    ['A colleague acted', 'Task Reassigned', 'A call with .+ went from .+ to .+'],
    ['Completed in Topo', 'Task Closed', 'A call with .+ was completed while with .+'],
  ];
  for (const [cause, trigger, sentence] of stages) {
    expect(withoutFigures(demo.output)).toMatch(
      new RegExp(`${cause} .+ ${trigger} one POST, in … ms: “${sentence}\\.”`),
    );
  }
  expect(demo.output).toContain('4 changes, 4 POSTs, 4 runs, each with the right people');
  const [, shown = 'nothing'] = /```\n(Topo, the webhook server and Zapier [\s\S]+?)```/.exec(readme) ?? [];
  expect(withoutFigures(demo.output).startsWith(withoutFigures(shown))).toBe(true);
});

test('the demo stays up, prints what the Zaps hear, and stops everything when it is interrupted', async () => {
  const demo = startDemo();
  await waitUntil('the demo is up', () => {
    if (demo.child.exitCode !== null) throw new Error(demo.output);
    return demo.output.includes('Ctrl-C stops everything.');
  });
  const lines = demo.output.split('\n');
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  const commands = [...demo.output.matchAll(/curl .+/g)].map(([command]) => command);
  const [, dashboard = '', key = ''] = /\n {2}(\S+\/dashboard)\n {2}(\S+)\n/.exec(demo.output) ?? [];
  const signedIn = await fetch(`${dashboard}/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ key }),
    headers: { origin: new URL(dashboard).origin },
    redirect: 'manual',
  });
  expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, 'health']);
  const triggers = ['New Task', 'Task Reassigned', 'Task Closed'];
  expect(commands).toHaveLength(triggers.length);
  for (const [index, command] of commands.entries()) {
    await once(spawn('sh', ['-c', command.replace('curl', 'curl --silent')], { stdio: 'ignore' }), 'exit');
    await waitUntil(
      'the demo told of it',
      () => demo.output.split('Ctrl-C').at(-1)?.includes(`${triggers[index]}  `) === true,
    );
  }

  demo.child.kill('SIGINT');

  expect(await demo.ended).toEqual([0, null]);
  expect(lines.length + '\nStopping'.split('\n').length).toBeLessThanOrEqual(40);
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

test.each([
  [
    40,
    [
      '  1.5 s  Heard               a short',
      '                             sentence',
      '                             afterwards',
    ],
  ],
  [undefined, ['  1.5 s  Heard               a short sentence afterwards']],
])('a text goes on below where a terminal of %s columns has no room', (columns, lines) => {
  let printed = '';
  let nowMs = 0;
  const write = (text: string) => {
    printed += text;
  };
  const printer = createPrinter({ write, columns, nowMs: () => nowMs });
  nowMs = 1500;

  printer.stage('Heard', 'a short sentence afterwards');

  expect(printed.split('\n')).toEqual([...lines, '']);
});

test('a title is no wider than 100 columns, and a command is never broken', () => {
  let printed = '';
  const write = (text: string) => {
    printed += text;
  };
  const printer = createPrinter({ write, columns: 250, nowMs: () => 0 });

  printer.title('word '.repeat(30).trim());
  printer.line('word '.repeat(30).trim());

  expect(printed.split('\n').map(({ length }) => length)).toEqual([0, 99, 49, 0, 149, 0]);
});
