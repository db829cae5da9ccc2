import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

// Ctrl-C ends the compiler, and then this: the draft must not stay.
process.on('SIGINT', () => {});

const built = fileURLToPath(new URL('dist', import.meta.url));
mkdirSync(built, { recursive: true });
const draft = mkdtempSync(join(built, '.draft-'));
try {
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', draft], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: 'inherit',
  });
  if (status === 0) {
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
