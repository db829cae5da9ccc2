import { readdirSync } from 'node:fs';

/** A row of the table “Who may import whom”. */
export type Room = {
  /** A folder, which ends with a slash, or a file. */
  path: string;
  /** Folders with a slash at the end, the files directly in a folder as `folder/*`, files, and packages. */
  mayImport: readonly string[] | 'anything';
  /** The same as it is written, where `folder/**` stands for a folder and all rooms within it. */
  written: string;
  why: string;
};

/** One override of `docs/walls.json`. */
type Wall = {
  includes: readonly string[];
  linter: {
    rules: {
      style: {
        noRestrictedImports: {
          level: 'error';
          options: { patterns: readonly { group: readonly string[]; message: string }[] };
        };
      };
    };
  };
};

const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name ?? []);

const readRow = (line: string): Room => {
  const [, room = '', mayImport = '', why = ''] = line.split('|').map((cell) => cell.trim());
  const names = namesIn(mayImport);
  return {
    path: namesIn(room)[0] ?? '',
    mayImport: mayImport === 'anything' ? mayImport : names,
    written: names.join(', '),
    why,
  };
};

/** The rows of the table in `docs/architecture.md`. */
export const readRooms = (document: string): Room[] => {
  const table = document.split('\n| room | may import | why |\n')[1]?.split('\n\n')[0] ?? '';
  const rows = table.split('\n').slice(1).map(readRow);
  const paths = rows.map(({ path }) => path);
  const expand = (name: string): string[] => {
    if (!name.endsWith('/**')) return [name];
    const folder = name.slice(0, -2);
    return [folder, ...paths.filter((path) => path !== folder && path.startsWith(folder))];
  };
  return rows.map((row) => (row.mayImport === 'anything' ? row : { ...row, mayImport: row.mayImport.flatMap(expand) }));
};

const isFolder = (path: string): boolean => path.endsWith('/');
/** Of all that a row may name only packages have neither an end like these nor a place in the tree. */
export const isPath = (name: string): boolean => isFolder(name) || /\/\*$|\.(ts|json)$/.test(name);

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');
const up = (levels: number): string => (levels === 0 ? './' : '../'.repeat(levels));
const isWithin = (path: string, folder: string): boolean => path !== folder && path.startsWith(folder);

/** How to write a path in an import of a file that is `depth` folders below `folder`. */
const specifier = (folder: string, depth: number, path: string): string => {
  const from = segmentsOf(folder);
  const to = segmentsOf(path);
  const differs = from.findIndex((segment, index) => segment !== to[index]);
  const common = differs === -1 ? from.length : differs;
  const rest = to.slice(common).join('/');
  return `${up(from.length - common + depth)}${rest}${isFolder(path) && rest !== '' ? '/' : ''}`;
};

/**
 * The patterns of what the files `depth` folders below a room's own may not import. The last one that fits counts, and
 * `**` fits `..`, too.
 */
const patternsOf = (room: Room, names: readonly string[], depth: number, rooms: readonly Room[]): string[] => {
  const folder = isFolder(room.path) ? room.path : `${segmentsOf(room.path).slice(0, -1).join('/')}/`;
  const write = (path: string): string => specifier(folder, depth, path);
  const closedWithin = (open: string): string[] =>
    rooms
      .map(({ path }) => path)
      .filter((path) => isFolder(path) && isWithin(path, open) && !names.includes(path) && path !== room.path)
      .map((path) => `${write(path)}**`);

  const folders = names.filter(isFolder);
  const around = folders.filter((name) => isWithin(room.path, name));
  const own = isFolder(room.path) ? [room.path, ...around] : around;
  const [widest] = own.toSorted((one, other) => one.length - other.length);
  const levels = widest === undefined ? -1 : segmentsOf(folder).length - segmentsOf(widest).length + depth;

  return [
    '**',
    ...(widest === undefined ? [] : Array.from({ length: levels + 1 }, (_, ups) => `!${up(ups)}**`)),
    ...(widest === undefined ? [] : [`${up(levels + 1)}**`, ...closedWithin(widest)]),
    ...folders.filter((name) => !own.includes(name)).flatMap((name) => [`!${write(name)}**`, ...closedWithin(name)]),
    ...names.filter((name) => isPath(name) && !isFolder(name)).map((name) => `!${write(name)}`),
    ...names.filter((name) => !isPath(name)).flatMap((name) => [`!${name}`, `!${name}/**`]),
  ];
};

const wall = (includes: readonly string[], group: readonly string[], message: string): Wall => ({
  includes,
  linter: {
    rules: { style: { noRestrictedImports: { level: 'error', options: { patterns: [{ group, message }] } } } },
  },
});

/** How many folders lie between a folder and the deepest source file in it. */
const depthOf = (root: URL, folder: string): number =>
  Math.max(
    ...readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|mjs)$/.test(path))
      .map((path) => segmentsOf(path.replaceAll('\\', '/')).length - 1),
  );

const wallsOf = (root: URL, room: Room, rooms: readonly Room[]): Wall[] => {
  const { path, mayImport, written, why } = room;
  if (mayImport === 'anything') return [];
  const message = `${path} may import ${written}. ${why.replaceAll('`', '')} See docs/architecture.md.`;
  if (!isFolder(path)) return [wall([path], patternsOf(room, mayImport, 0, rooms), message)];
  const others = rooms.map((other) => other.path).filter((other) => isWithin(other, path));
  const closed = others.map((other) => `!${other}${isFolder(other) ? '**' : ''}`);
  return Array.from({ length: depthOf(root, path) + 1 }, (_, depth) =>
    wall([`${path}${'*/'.repeat(depth)}*`, ...closed], patternsOf(room, mayImport, depth, rooms), message),
  );
};

/** The linter's walls: those of each room, and one around `dev/` for what is in no room. */
export const drawWalls = (root: URL, rooms: readonly Room[]): { overrides: Wall[] } => ({
  overrides: [
    wall(
      ['**', ...rooms.map(({ path }) => `!${path}${isFolder(path) ? '**' : ''}`)],
      ['**/dev/**'],
      'Nothing outside dev/ and test/ imports dev/. See docs/architecture.md.',
    ),
    ...rooms.flatMap((room) => wallsOf(root, room, rooms)),
  ],
});
