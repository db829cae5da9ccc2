import { expect, test } from '@jest/globals';
import { runCommand } from '../../../dev/verify-topo/run-command.ts';
import { openWorkspace } from '../../support/verify-topo/verification.ts';

test.each([
  [{}, 'TOPO_API_KEY is missing: make a key in Topo under Settings → Developers → API Keys.\n'],
  [{ TOPO_API_KEY: ' ' }, 'TOPO_API_KEY is missing'],
  [{ TOPO_API_KEY: 'topo_a\nb' }, 'TOPO_API_KEY must be the key alone'],
  [{ TOPO_API_KEY: 'topo_a', TOPO_API_URL: 'http://api.topo.io/v1' }, 'TOPO_API_URL must be an https URL'],
  [{ TOPO_API_KEY: 'topo_a', TOPO_API_URL: 'https://api.topo.io/v1?' }, 'TOPO_API_URL must be an https URL'],
  [{ TOPO_API_KEY: 'topo_a', TOPO_API_URL: 'https://me:secret@api.topo.io/v1' }, 'TOPO_API_URL must be an https URL'],
])('wrong settings %j are named, without their values', async (environment: Record<string, string>, wanted) => {
  let told = '';
  const never = () => Promise.reject(new Error('This is not to be called.'));
  const code = await runCommand(
    { args: ['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--yes'], environment },
    {
      print: () => {},
      tell: (text) => {
        told += text;
      },
      confirm: undefined,
      wait: never,
      clock: () => 0,
      interruption: new AbortController().signal,
      width: 80,
    },
  );
  expect(code).toBe(1);
  expect(told).toContain(wanted);
  expect(told).not.toMatch(/topo_a|secret/);
});

test.each([
  [[], '--task is missing'],
  [['--task'], '--task takes one id'],
  [['--task', 'mine'], '--task takes one id'],
  [['--task=3c90c3cc-0d44-4b50-8888-8dd25736052a', '--to', '7'], '--to takes one id'],
  [['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--yes=1'], '--yes takes no value'],
  [['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--frob'], '“--frob” is unknown here'],
  [['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '-y'], '“-y” is unknown here'],
  [['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--json', '--json'], '--json may be given only once'],
  [['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--event-types=all'], '--event-types takes no value'],
  [
    ['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--webhook-url', 'http://me.example/'],
    '--webhook-url takes one https',
  ],
  [
    ['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--webhook-url', 'https://me.example/', '--webhook-port', '0'],
    '--webhook-port takes a port from 1 to 65535',
  ],
  [
    ['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--webhook-port', '4030'],
    '--webhook-port is of no use without --webhook-url',
  ],
  [['mine'], '“mine” belongs to no flag'],
])('for wrong flags %j a sentence names the first wrong one', async (args: string[], wanted) => {
  const { verify, sandbox } = await openWorkspace({ taskCount: 1 });
  const { code, told } = await verify(args);
  expect(code).toBe(1);
  expect(told).toContain(wanted);
  expect(told).toContain('Use: npm run verify:topo -- --task ID');
  expect(sandbox.requests.length).toBe(0);
});
