import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { tempFolder } from '../support/temp-folder.ts';
import { drawWalls, isPath, readRooms } from '../support/walls.ts';

const root = new URL('../../', import.meta.url);
const wallsFile = new URL('docs/walls.json', root);
const rooms = readRooms(readFileSync(new URL('docs/architecture.md', root), 'utf8'));
const namesOf = ({ mayImport }: (typeof rooms)[number]): readonly string[] =>
  mayImport === 'anything' ? [] : mayImport;

if (process.env['KEEP_WALLS'] === 'yes') {
  writeFileSync(wallsFile, `${JSON.stringify(drawWalls(root, rooms), null, 2)}\n`);
}

/** Folders that hold source files directly or below, at the places where a row of its own is asked for. */
const sourceFolders = (): string[] =>
  ['', 'dev/', 'webhook-server/', 'webhook-server/store/'].flatMap((parent) =>
    readdirSync(new URL(parent, root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => `${parent}${name}/`)
      .filter((folder) => !['node_modules/', 'dist/', 'build/', 'dev/'].includes(folder))
      .filter((folder) =>
        readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).some((path) => path.endsWith('.ts')),
      ),
  );

test('the linter’s walls say what the table says (npm run keep:walls writes them)', () => {
  expect(JSON.parse(readFileSync(wallsFile, 'utf8'))).toEqual(drawWalls(root, rooms));
});

test('the linter reads the walls, and nothing else says who may import whom', () => {
  const configuration = readFileSync(new URL('biome.json', root), 'utf8');
  expect(JSON.parse(configuration).extends).toEqual(['./docs/walls.json']);
  expect(configuration).not.toContain('noRestrictedImports');
});

test('every source folder has a row', () => {
  const paths = rooms.map(({ path }) => path);
  expect(sourceFolders().filter((folder) => !paths.includes(folder))).toEqual([]);
  expect(paths).toEqual([...new Set(paths)]);
});

test('every path that the table names is there', () => {
  const named = rooms.flatMap((room) => [room.path, ...namesOf(room).filter(isPath)]);
  expect(named.filter((path) => !existsSync(new URL(path.replace(/\*$/, ''), root)))).toEqual([]);
});

test('every row says why', () => {
  expect(rooms.length).toBeGreaterThan(20);
  expect(rooms.filter(({ why }) => !/^[A-Z].{20,}\.$/.test(why)).map(({ path }) => path)).toEqual([]);
});

test('nothing outside dev/ and test/ may import dev/', () => {
  const shipped = rooms.filter(({ path }) => !/^(dev|test)\//.test(path));
  expect(shipped.filter((room) => room.mayImport === 'anything')).toEqual([]);
  expect(shipped.filter((room) => namesOf(room).some((name) => /^(dev|test)\//.test(name)))).toEqual([]);
});

test('the walls stand', () => {
  const cases: [file: string, specifier: string, outcome: 'allowed' | 'refused'][] = [
    ['topo/one.ts', '../contract/event.ts', 'refused'],
    ['topo/two.ts', './task.ts', 'allowed'],
    ['zapier/people/one.ts', '../../webhook-server/log.ts', 'refused'],
    ['zapier/people/two.ts', '../../topo/task.ts', 'allowed'],
    ['zapier/hand-over/one.ts', '../../dev/sandbox/main.ts', 'refused'],
    ['zapier/three.ts', '../webhook-server/log.ts', 'refused'],
    ['zapier/four.ts', 'zod', 'refused'],
    ['webhook-server/http/routes/one.ts', '../../store/sqlite/sqlite-store.ts', 'refused'],
    ['webhook-server/http/routes/two.ts', '../../store/store.ts', 'allowed'],
    ['webhook-server/store/one.ts', './postgres/postgres-store.ts', 'refused'],
    ['webhook-server/store/sqlite/migrations/one.ts', '../../postgres/postgres-store.ts', 'refused'],
    ['webhook-server/store/sqlite/migrations/two.ts', '../../store.ts', 'allowed'],
    ['one.ts', './dev/sandbox/main.ts', 'refused'],
    ['dev/chaos/two.ts', '../sandbox/main.ts', 'allowed'],
    ['dev/package/three.ts', 'node:fs/promises', 'allowed'],
    ['test/four.ts', '../dev/sandbox/main.ts', 'allowed'],
  ];
  const folder = tempFolder();
  cpSync(wallsFile, join(folder, 'walls.json'));
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ extends: ['./walls.json'] }));
  for (const [file, specifier] of cases) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `export * from '${specifier}';\n`);
  }
  const biome = fileURLToPath(new URL('node_modules/@biomejs/biome/bin/biome', root));
  const { stdout } = spawnSync(
    process.execPath,
    [biome, 'lint', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--reporter=github'],
    { cwd: folder, encoding: 'utf8' },
  );
  const refused = new Set(
    [...stdout.matchAll(/noRestrictedImports,file=([^,]+)/g)].map(([, file = '']) =>
      relative(realpathSync(folder), file),
    ),
  );
  expect(cases.map(([file, specifier]) => [file, specifier, refused.has(file) ? 'refused' : 'allowed'])).toEqual(cases);
});
