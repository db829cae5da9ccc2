// Slow: it starts the built server.

import { spawn } from 'node:child_process';
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import { installServer } from '../support/installed-server.ts';
import { readCommands } from '../support/read-commands.ts';
import { killAfterTests } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

const [, step = ''] = readFileSync('docs/operate.md', 'utf8').split('## Install\n');
const blocks = [...step.matchAll(/```sh\n([^`]+)```/g)].map(([, lines = '']) => lines.trim().split('\n'));
const [fromCheckout = [], fromPackage = []] = blocks;

/** Runs commands as they are written, waits until the server listens, and stops what runs with SIGTERM. */
const runUntilListening = async (folder: string, commands: readonly string[]) => {
  const [last = '', ...before] = [...commands].reverse();
  // The last command takes the place of the shell, as at a prompt.
  const script = [...before.reverse(), `exec env ${last}`].join(' && ');
  const shell = spawn('sh', ['-c', script], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: tempFolder(),
      PORT: '0',
      TOPO_API_URL: 'http://127.0.0.1:2/v1',
      npm_config_update_notifier: 'false',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  killAfterTests(shell);
  let printed = '';
  shell.stdout.on('data', (text) => {
    printed += text;
  });
  await waitUntil('it listened or ended', () => printed.includes('"listening"') || shell.exitCode !== null);
  const ended = new Promise((done) => shell.on('close', done));
  shell.kill('SIGTERM');
  await ended;
  return printed;
};

test('the server starts from a checkout as the operator’s document says, and stops when npm gets SIGTERM', async () => {
  const folder = tempFolder();
  for (const name of ['bin', 'package.json', 'require-node.mjs', 'dist', 'node_modules']) {
    symlinkSync(resolve(name), join(folder, name));
  }
  expect(fromCheckout.filter((line) => line === 'npm ci' || line === 'npm run build')).toHaveLength(2);
  // Whoever runs the tests has done both.
  const commands = fromCheckout.filter((line) => line !== 'npm ci' && line !== 'npm run build');
  const printed = await runUntilListening(folder, commands);
  expect(printed).toContain(`SQLite, ${join(folder, 'data/topo-for-zapier.sqlite')}`);
  expect(printed).toContain('"msg":"stopped"');
  expect(statSync(join(folder, 'encryption.key')).mode & 0o777).toBe(0o600);
});

test('the README has the commands of the demonstration, of this checkout and of the tests, and no other', () => {
  const { '# Topo for Zapier': demonstration, ...others } = readCommands(readFileSync('README.md', 'utf8'));
  expect(demonstration).toEqual(['npm ci', 'npm start']);
  const { 'Use it with your Topo workspace': serving = [], Develop: tests = [], ...more } = others;
  expect(serving.flatMap((line) => line.split(' && ')).toSorted()).toEqual(fromCheckout.toSorted());
  expect(tests.map((line) => line.split('  ')[0])).toEqual(['npm test']);
  expect(more).toEqual({});
});

test('the server starts from a package as the operator’s document says, and stops on SIGTERM', async () => {
  const { folder, archive } = installServer();
  const [install, ...commands] = fromPackage;
  expect(install).toBe(`npm install --omit=dev ./${archive}`);
  const printed = await runUntilListening(folder, commands);
  expect(printed).toContain('"msg":"stopped"');
  expect(statSync(join(folder, 'encryption.key')).mode & 0o777).toBe(0o600);
});
