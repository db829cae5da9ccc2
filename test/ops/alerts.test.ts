import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const read = (path: string): string => readFileSync(new URL(`../../ops/${path}`, import.meta.url), 'utf8');

const folder = new URL('../../ops/', import.meta.url);
const promtool = (...parameters: string[]) => spawnSync('promtool', parameters, { cwd: folder, encoding: 'utf8' });

/** Debian's package `prometheus` has it. */
const testPromtool = promtool('--version').status === 0 ? test : test.skip;

const alerts = [...read('alerts.yaml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);

testPromtool('each alert fires from its cause, and none while all is well (needs promtool)', () => {
  const checked = promtool('check', 'rules', '--lint-fatal', 'alerts.yaml');
  expect([checked.status, checked.stderr]).toEqual([0, '']);
  const { status, stdout, stderr } = promtool('test', 'rules', 'alerts.test.yaml');
  expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('SUCCESS')]);
});

test('there is a cause for each alert, and each is silent while all is well', () => {
  const [well = '', ...causes] = read('alerts.test.yaml').split('  - name: ').slice(1);
  const firing = causes.map((cause) => /alertname: (\w+)\n +exp_alerts/.exec(cause)?.[1]);
  expect(alerts.length).toBeGreaterThan(10);
  expect(firing).toEqual(alerts);
  expect([...well.matchAll(/alertname: (\w+)/g)].map(([, name]) => name)).toEqual(alerts);
});

test('each alert says what has happened and what to do, and where more is written', () => {
  const [, ...rules] = read('alerts.yaml').split('- alert: ');
  for (const rule of rules) {
    const [name = ''] = rule.split('\n');
    expect(rule).toMatch(/severity: (critical|warning)/);
    expect(rule).toMatch(/\n +summary: .+\n +description: .+/);
    expect(rule).toContain(`\n          runbook: docs/operate.md#${name.toLowerCase()}\n`);
  }
});

test('the operator’s document explains each alert, in their order, and no other', () => {
  const [, section = ''] = read('../docs/operate.md').split('\n## What each alert means\n');
  const explained = [...(section.split('\n## ')[0]?.matchAll(/^### (\w+)\n\n[^#]{100}/gm) ?? [])].map(
    ([, name]) => name,
  );
  expect(explained).toEqual(alerts);
});
