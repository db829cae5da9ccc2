import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// `npm run build`: compiles into a folder beside `dist/`'s files, and puts one after the other in its place. Each file is
// there at every moment, so that programs can start meanwhile, and two builds of one checkout do not disturb each other.
// What does not compile leaves `dist/` as it was.
const compiler = fileURLToPath(new URL('node_modules/typescript/bin/tsc', import.meta.url));
if (!existsSync(compiler)) {
  console.error('There is no compiler here. Run `npm ci` first, without `--omit=dev` and without NODE_ENV=production.');
  process.exit(1);
}

const filesIn = (folder) =>
  globSync('**/*', { cwd: folder, withFileTypes: true, exclude: ({ name }) => name.startsWith('.') })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

/** Another build may have taken it first. */
const remove = (path) => rmSync(path, { recursive: true, force: true });

const assets = 'webhook-server/dashboard/assets';

/** What browsers load from packages: the dashboard's pages name each as if it lay beside its own files. */
const assetsOfPackages = {
  'pico.css': 'node_modules/@picocss/pico/css/pico.min.css',
  'htmx.js': 'node_modules/htmx.org/dist/htmx.min.js',
  'uplot.css': 'node_modules/uplot/dist/uPlot.min.css',
  'uplot.js': 'node_modules/uplot/dist/uPlot.iife.min.js',
};

/** Writes what browsers load, each file under a name with the hash of its content, so that they may keep it for good. */
const writeAssets = (root, draft) => {
  const own = Object.fromEntries(readdirSync(join(root, assets)).map((name) => [name, join(assets, name)]));
  mkdirSync(join(draft, assets), { recursive: true });
  for (const [name, path] of Object.entries({ ...own, ...assetsOfPackages })) {
    const content = readFileSync(join(root, path));
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
    const end = extname(name);
    writeFileSync(join(draft, assets, `${name.slice(0, -end.length)}.${hash}${end}`), content);
  }
};

// Ctrl-C ends the compiler, and then this: the draft must not stay.
process.on('SIGINT', () => {});

const root = fileURLToPath(new URL('.', import.meta.url));
const built = join(root, 'dist');
mkdirSync(built, { recursive: true });
const draft = mkdtempSync(join(built, '.draft-'));
try {
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', draft], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status === 0) {
    writeAssets(root, draft);
    const made = filesIn(draft);
    for (const file of made) {
      mkdirSync(dirname(join(built, file)), { recursive: true });
      renameSync(join(draft, file), join(built, file));
    }
    for (const file of filesIn(built)) if (!made.includes(file)) remove(join(built, file));
  } else {
    process.exitCode = 1;
  }
} finally {
  remove(draft);
}
