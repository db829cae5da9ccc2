import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempFolder } from './temp-folder.ts';

const lock: { packages: Record<string, { dev?: boolean; devOptional?: boolean; optional?: boolean }> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
);

/** Where the packages are that run in production, without those within another package. */
const productionPackages = Object.entries(lock.packages)
  .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
  .map(([path]) => path)
  .filter((path) => path.lastIndexOf('node_modules/') === 0);

export type InstalledServer = {
  /** A folder of nobody else's, in which the package is installed. */
  folder: string;
  /** The name of the file that `npm pack` has made in the folder. */
  archive: string;
  /** What `npm pack` has put into the package. */
  files: readonly string[];
  /** The command `topo-for-zapier`. */
  command: string;
};

/**
 * Packs the server with what is built, and installs it as `npm install --omit=dev` does, but without the network: the
 * packages that it needs are those of the checkout.
 */
export const installServer = (): InstalledServer => {
  const folder = tempFolder();
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [archive]: { filename: string; files: { path: string }[] }[] = JSON.parse(packed);
  if (archive === undefined) throw new Error('npm has packed nothing.');

  const installed = join(folder, 'node_modules/topo-for-zapier');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, archive.filename), '--strip-components=1', '-C', installed]);
  for (const path of productionPackages) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(process.cwd(), path), join(folder, path));
  }
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  symlinkSync(join(installed, 'bin/topo-for-zapier.mjs'), join(folder, 'node_modules/.bin/topo-for-zapier'));
  return {
    folder,
    archive: archive.filename,
    files: archive.files.map(({ path }) => path),
    command: join(installed, 'bin/topo-for-zapier.mjs'),
  };
};
