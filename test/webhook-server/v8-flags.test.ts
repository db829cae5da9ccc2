import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { builtFile } from '../../dev/local-server/built-file.ts';

const run = promisify(execFile);

/** Makes objects of which some stay for a while, as a server does that reads page after page. Prints the largest heap. */
const readPages = `
  const kept = [];
  let mostBytes = 0;
  const part = (page) => Array.from({ length: 20 }, () => ({ page }));
  for (let page = 0; page < 3_000; page += 1) {
    kept[page % 100] = Array.from({ length: 100 }, (_, row) => ({ text: row + ' of ' + page, parts: part(page) }));
    mostBytes = Math.max(mostBytes, process.memoryUsage().heapTotal);
  }
  console.log(mostBytes);
`;

const mostHeap = async (first: string): Promise<number> => {
  const script = `${first}\n${readPages}`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  return Number(stdout);
};

test('with the flags the heap stays much smaller', async () => {
  const free = await mostHeap('');
  const held = await mostHeap(`import '${builtFile('webhook-server/v8-flags.js').href}';`);
  expect(held).toBeLessThan(0.6 * free);
});

test('the server sets V8’s flags before it loads anything else', () => {
  const main = readFileSync(new URL('../../webhook-server/main.ts', import.meta.url), 'utf8');
  expect(main.match(/^import .*$/m)?.[0]).toBe("import './v8-flags.ts';");
});
