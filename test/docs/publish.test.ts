import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { steps } from '../support/definition.ts';

const text = readFileSync('docs/publish.md', 'utf8');
const checks = readFileSync('test/app/publishing-checks.test.ts', 'utf8');

const section = (name: string): string => text.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? '';
const firstCells = (name: string): string[] =>
  [...section(name).matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell).slice(1);

test('the checks of the table are those that are tested', () => {
  const listed = firstCells('Zapier\u0027s checks').flatMap((cell) => cell.split(', '));
  const tested = [...checks.matchAll(/test\('([DT]\d{3}):/g)].map(([, check = '']) => check);
  expect(tested.length).toBeGreaterThan(25);
  expect(listed.sort()).toEqual(tested.sort());
});

test('every step that people see has a live Zap', () => {
  const visible = steps.filter(({ display }) => display.hidden !== true).map(({ display }) => display.label);
  expect(firstCells('Live Zaps').sort()).toEqual([...new Set(visible)].sort());
});

test('the description has the form that Zapier asks for', () => {
  const [, description = ''] = /\| “(Topo is an? [^”]+\.)” \|/.exec(section('The listing')) ?? [];
  expect(description.length).toBeGreaterThan(40);
  expect(description.length).toBeLessThanOrEqual(140);
  expect(description).not.toMatch(/zapier|https?:|best|powerful/i);
});

test('titles of templates have the form that Zapier asks for', () => {
  const titles = firstCells('Zap templates');
  expect(titles.length).toBeGreaterThan(4);
  for (const title of titles) {
    expect(title).toMatch(/^(Create|Add|Send|Log|Reassign|Hand over) .*\bnew\b/);
    expect(title).toContain('Topo');
    expect(title).not.toMatch(/\b(sync|automatic\w*|you|your|we|I)\b/i);
  }
});

test.each([256, 512])('the icon of %i pixels is a square PNG on a transparent background', (size) => {
  const file = readFileSync(`docs/icon/icon-${size}.png`);
  expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([size, size]);
  const [bits, colours] = [file[24], file[25]];
  const redGreenBlueAlpha = 6;
  expect([bits, colours]).toEqual([8, redGreenBlueAlpha]);
  const data: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  // The first pixel, behind the byte that names the filter of its row: no filter changes it.
  const [, , , , alpha] = inflateSync(Buffer.concat(data));
  expect(alpha).toBe(0);
});
