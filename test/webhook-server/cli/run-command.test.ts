import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runCommand } from '../../../webhook-server/cli/run-command.ts';
import type { Verb } from '../../../webhook-server/cli/verb.ts';
import { newKey } from '../../../webhook-server/cli/verbs/new-key.ts';
import { serve } from '../../../webhook-server/cli/verbs/serve.ts';
import { readConfig } from '../../../webhook-server/config.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const look: Verb = {
  summary: 'looks at a file',
  about: 'It only looks.',
  operands: ['FILE'],
  flags: { json: 'says it in JSON' },
  run: async ([file], flags, { print }) => {
    print(`${file} ${[...flags.keys()].join()}`);
    return 0;
  },
};

const run = async (...words: string[]) => {
  const printed: string[] = [];
  const complained: string[] = [];
  const code = await runCommand(words, { serve, look, 'new-key': newKey }, '1.2.3', {
    environment: {},
    print: (text) => printed.push(text),
    printError: (text) => complained.push(text),
  });
  return { code, printed: printed.join('\n'), complained: complained.join('\n') };
};

test('a verb gets its operands and flags, in any order', async () => {
  expect(await run('look', '--json', 'a file')).toEqual({ code: 0, printed: 'a file json', complained: '' });
  expect(await run('look', 'a file', '--json')).toEqual({ code: 0, printed: 'a file json', complained: '' });
  expect(await run('look', '--', '--json')).toEqual({ code: 0, printed: '--json ', complained: '' });
});

test('--version says the version, and --help lists the verbs', async () => {
  expect(await run('--version')).toEqual({ code: 0, printed: '1.2.3', complained: '' });
  const { code, printed } = await run('--help');
  expect(code).toBe(0);
  expect(printed).toMatch(/topo-for-zapier serve +runs .*\n.*topo-for-zapier look FILE +looks at a file\n/);
  expect(await run()).toEqual({ code: 2, printed, complained: '' });
});

test.each(['--help', '-h'])('a verb with %s explains itself and does nothing', async (flag) => {
  expect(await run('look', flag)).toEqual({
    code: 0,
    printed: 'topo-for-zapier look FILE: looks at a file.\n\nIt only looks.\n\n  --json  says it in JSON',
    complained: '',
  });
});

test.each([
  [['watch'], '“watch” is unknown here. topo-for-zapier knows serve, look and new-key; --help says more.'],
  [['--json'], '“--json” is unknown here. topo-for-zapier knows serve, look and new-key; --help says more.'],
  [['toString'], '“toString” is unknown here. topo-for-zapier knows serve, look and new-key; --help says more.'],
  [['look'], '“look” needs FILE. `topo-for-zapier look --help` says more.'],
  [['look', 'a', 'b'], '“look” cannot do anything with “b”. `topo-for-zapier look --help` says more.'],
  [['look', 'a', '--all'], '“look” has no flag --all. `topo-for-zapier look --help` says more.'],
  [['look', 'a', '--json=1'], 'The flag --json takes no value. `topo-for-zapier look --help` says more.'],
  [['serve', '--port', '80'], '“serve” has no flag --port. `topo-for-zapier serve --help` says more.'],
])('%j is refused with a sentence', async (words, sentence) => {
  expect(await run(...words)).toEqual({ code: 2, printed: '', complained: sentence });
});

test('new-key makes a key that the server takes, for its owner alone, and each time another one', async () => {
  const folder = tempFolder();
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  const { code, printed } = await run('new-key', one);
  await run('new-key', two);
  expect({ code, printed }).toEqual({
    code: 0,
    printed: `${one} holds a new key, for its owner alone. Let ENCRYPTION_KEY_FILE name it, and keep a copy elsewhere.`,
  });
  const key = readConfig({ ENCRYPTION_KEY_FILE: one }).encryptionKey?.reveal();
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(readFileSync(two, 'utf8')).not.toContain(key);
  expect(printed).not.toContain(key);
  if (process.platform !== 'win32') expect(statSync(one).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['one', 'two']);
});

test('new-key leaves a file that is there as it is', async () => {
  const path = join(tempFolder(), 'key');
  writeFileSync(path, 'precious');
  const { code, complained } = await run('new-key', path);
  expect({ code, complained }).toEqual({
    code: 1,
    complained: `${path} is there already, and was left as it is. Choose another name for the new key.`,
  });
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

test('new-key says why it cannot write', async () => {
  const folder = tempFolder();
  expect(await run('new-key', join(folder, 'none/key'))).toMatchObject({
    code: 1,
    complained: `${join(folder, 'none/key')} cannot be written: its folder is not there.`,
  });
  writeFileSync(join(folder, 'file'), '');
  expect((await run('new-key', join(folder, 'file/key'))).complained).toMatch(/its folder is a file\.$/);
});
