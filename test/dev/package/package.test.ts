// Slow: it packs the built app and runs Zapier's command line on it.

import { execFile } from 'node:child_process';
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { unpackZip } from '../../../dev/package/unpack-zip.ts';
import app from '../../../index.ts';
import { startReceiver } from '../../support/receiver.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { first, startTopo } from '../../support/topo-sandbox.ts';
import { runZapier } from '../../support/zapier-command.ts';

const run = promisify(execFile);
const zip = (name: string): string => join('build', name);
const unpacked = tempFolder();
const sources = tempFolder();
let said = '';
let files: string[] = [];
let sourceFiles: string[] = [];

beforeAll(async () => {
  ({ stdout: said } = await run(process.execPath, ['dist/dev/package/main.js']));
  files = await unpackZip(zip('build.zip'), unpacked);
  sourceFiles = await unpackZip(zip('source.zip'), sources);
});

type Manifest = {
  version: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
};
const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const { packages: installed }: { packages: Record<string, Manifest> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
);

/** Where Node finds a package that is required from a folder: there, or in a folder further up. */
const resolvePackage = (name: string, from: string): string => {
  const here = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (installed[here] !== undefined) return here;
  if (from === '') throw new Error(`${name} is not installed.`);
  return resolvePackage(name, from.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, ''));
};

/** A package and all that it needs, by the lock file. */
const neededBy = (path: string, known = new Set<string>()): Set<string> => {
  if (known.has(path)) return known;
  known.add(path);
  const { dependencies = {}, optionalDependencies = {} } = installed[path] ?? { version: '' };
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    neededBy(resolvePackage(name, path), known);
  }
  return known;
};

const packageOf = (file: string): string => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? '';

/** Runs the unpacked app as Zapier does: the handler of its own entry point, in a process of its own. */
const runUnpacked = async (event: Record<string, unknown>): Promise<unknown> => {
  const script = `
    const { handler } = await import('./zapierwrapper.js');
    const { results } = await handler(JSON.parse(process.argv[1]));
    process.stdout.write('\\n' + JSON.stringify(results), () => process.exit());
  `;
  const args = ['--input-type=module', '--eval', script, JSON.stringify(event)];
  const { stdout } = await run(process.execPath, args, { cwd: unpacked, env: {} });
  // Core tells of each call before that.
  return JSON.parse(stdout.split('\n').at(-1) ?? '');
};

test('the zip holds the app in one file, and the files that Zapier requires', () => {
  const ours = files.filter((file) => !file.startsWith('node_modules/'));
  expect(ours.sort()).toEqual(['definition.json', 'dist/index.js', 'package.json', 'zapierwrapper.js']);
});

test('the zip holds only core and its dependencies, without their tests', () => {
  const shipped = new Set(files.filter((file) => file.startsWith('node_modules/')).map(packageOf));
  const needed = neededBy('node_modules/zapier-platform-core');
  expect([...shipped].filter((path) => !needed.has(path))).toEqual([]);
  expect(shipped.size).toBeGreaterThan(40);
  expect(files.filter((file) => /\/(tests?|__tests__|docs)\//.test(file))).toEqual([]);
});

test('the one file bundles the app’s folders and zod, and imports only core and Node', () => {
  const bundle = readFileSync(join(unpacked, 'dist/index.js'), 'utf8');
  const parts = [...bundle.matchAll(/^\/\/ (\S+\.\S+)$/gm)].map(([, part = '']) => part);
  const allowed = /^(index\.ts|package\.json|(actions|searches|triggers|zapier|topo|contract|node_modules\/zod)\/.+)$/;
  expect(parts).toContain('index.ts');
  expect(parts.filter((part) => !allowed.test(part))).toEqual([]);

  const imports = [...bundle.matchAll(/^import .*?"([^"]+)";$/gm)].map(([, name = '']) => name);
  expect(imports.filter((name) => !name.startsWith('node:') && name !== 'zapier-platform-core')).toEqual([]);
  expect(bundle).not.toMatch(/\bimport\(|\brequire\(/);
});

test('the manifest has the app’s version, and no dependency but core', () => {
  const core = 'zapier-platform-core';
  expect(JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'))).toMatchObject({
    name: 'topo-for-zapier',
    version: manifest.version,
    dependencies: { [core]: manifest.dependencies?.[core] },
  });
});

test('the zip is at most 780 kB, and the command says where it is and how large', () => {
  const { size } = statSync(zip('build.zip'));
  expect(size).toBeLessThanOrEqual(780_000);
  expect(said).toBe(`Packaged the app: build/build.zip, ${Math.ceil(size / 1000)} kB\n`);
});

test('the unpacked app is valid, and has the definition of the app', async () => {
  expect(await runUnpacked({ command: 'validate' })).toEqual([]);
  const definition = JSON.parse(readFileSync(join(unpacked, 'definition.json'), 'utf8'));
  for (const kind of ['triggers', 'creates', 'searches'] as const) {
    expect(Object.keys(definition[kind] ?? {})).toEqual(Object.keys(Object(app)[kind] ?? {}));
  }
  expect(definition).toMatchObject({ version: manifest.version, platformVersion: app.platformVersion });
});

test('the unpacked app connects to Topo and reassigns a task', async () => {
  const { sandbox, workspace, url } = await startTopo({ taskCount: 20 });
  const execute = (method: string, inputData = {}) =>
    runUnpacked({
      command: 'execute',
      method,
      bundle: { authData: { api_key: workspace.keys.full }, inputData, meta: {} },
      environment: { TOPO_API_URL: url, WEBHOOK_SERVER_URL: '' },
    });
  expect(await execute('authentication.test')).toMatchObject({ organization_id: workspace.organizationId });

  const { userId } = first(workspace.people);
  const { id } = sandbox.createTask({ assignee_user_id: first(workspace.people.slice(1)).userId });
  await execute('creates.reassign_task.operation.perform', { task_id: id, assignee_user_id: userId });
  expect(sandbox.task(id)?.assignee_user_id).toBe(userId);
});

test('zapier-platform upload sends these zips, under the app’s version', async () => {
  const zapier = await startReceiver((response) => response.end(JSON.stringify({ id: 7, status: 'public' })));
  const folder = tempFolder();
  cpSync('package.json', join(folder, 'package.json'));
  await mkdir(join(folder, 'build'));
  for (const name of ['build.zip', 'source.zip']) cpSync(zip(name), join(folder, zip(name)));
  writeFileSync(join(folder, '.zapierapprc'), JSON.stringify({ id: 7, key: 'App7' }));

  await runZapier(folder, ['upload'], { ZAPIER_ENDPOINT: zapier.url, ZAPIER_DEPLOY_KEY: 'a key of nobody' });

  const sent = zapier.received.find(({ method }) => method === 'PUT');
  expect(sent?.path).toBe(`/apps/7/versions/${manifest.version}`);
  const { zip_file, source_zip_file } = JSON.parse(sent?.body ?? '{}');
  expect(Buffer.from(zip_file, 'base64')).toEqual(readFileSync(zip('build.zip')));
  expect(Buffer.from(source_zip_file, 'base64')).toEqual(readFileSync(zip('source.zip')));
});

test('source.zip holds the packaged app and nothing else', () => {
  expect(sourceFiles.sort()).toEqual(['.gitignore', '.zapierapprc', 'dist/index.js', 'package.json']);
  expect(readFileSync(join(sources, 'dist/index.js'))).toEqual(readFileSync(join(unpacked, 'dist/index.js')));
});
