import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { settingNames } from '../../webhook-server/config.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const manifest: {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
} = JSON.parse(read('package.json'));
const lock: {
  packages: Record<
    string,
    { integrity?: string; resolved?: string; link?: boolean; dev?: boolean; hasInstallScript?: boolean }
  >;
} = JSON.parse(read('package-lock.json'));

/** The packages that the first column of a table names. */
const listed = (section: string): string[] =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| package'))
    .flatMap((line) => (line.split('|')[1] ?? '').split(','))
    .map((name) => name.trim());

const [production = '', development = '', scripts = ''] = read('docs/dependencies.md').split(
  /## (?:Development only|Scripts at installation)/,
);

test('every package that runs in production is listed with its reason, and no other', () => {
  expect(listed(production).sort()).toEqual(Object.keys(manifest.dependencies).sort());
});

test('every package of development is listed with its reason, and no other', () => {
  const names = Object.keys(manifest.devDependencies).map((name) => name.replace(/^@types\/.*/, '@types/…'));
  expect(listed(development).sort()).toEqual([...new Set(names)].sort());
});

test('scripts of packages that run in production are named with the reason why they may not run', () => {
  const named = scripts
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| package'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const rows = named.map(([, name = '', runs = '', may = '', reason = '']) => ({ name, runs, may, reason }));
  expect(Object.fromEntries(rows.map(({ name, may }) => [name, may === 'yes']))).toEqual(manifest.allowScripts);
  const production = rows.filter(({ runs }) => runs === 'in production');
  expect(production.filter(({ may, reason }) => may !== 'no' || reason.length < 20)).toEqual([]);

  const withScripts = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '');
  expect(withScripts.map(([path]) => nameOf(path)).filter((name) => !rows.some((row) => row.name === name))).toEqual(
    [],
  );
  const shipped = withScripts.filter(([, { dev }]) => dev !== true).map(([path]) => nameOf(path));
  expect(shipped.filter((name) => !production.some((row) => row.name === name))).toEqual([]);
});

test('zapier-platform-core has an exact version, without which no command of the CLI runs', () => {
  expect(manifest.dependencies['zapier-platform-core']).toMatch(/^\d+\.\d+\.\d+$/);
});

test('every entry of the lock file has an integrity hash, and none names a host', () => {
  const entries = Object.entries(lock.packages).filter(([path, { link }]) => path !== '' && link !== true);
  expect(entries.length).toBeGreaterThan(500);
  expect(entries.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  expect(entries.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});

test('the variables of the operator’s document are those of the configuration', () => {
  expect(settingNames.length).toBeGreaterThan(10);
  const document = read('docs/operate.md');
  for (const name of settingNames) expect(document).toContain(`\`${name}\``);
});

test('the README is short enough to be read', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(121);
});
