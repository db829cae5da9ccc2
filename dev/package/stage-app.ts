import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { appManifest } from './app-manifest.ts';
import { bundleApp } from './bundle-app.ts';
import { corePackages } from './core-packages.ts';
import { rootFolder } from './root-folder.ts';

/** Copies a package without the packages inside it: those that are needed are listed themselves. */
const copyPackage = async (location: string, folder: string): Promise<void> => {
  const source = join(rootFolder, location);
  const inner = `${join(source, 'node_modules')}${sep}`;
  await cp(source, join(folder, location), {
    recursive: true,
    filter: (path) => !`${path}${sep}`.startsWith(inner),
  });
};

/**
 * Creates the project that Zapier's command line builds: the bundled app, its manifest, and core with its dependencies.
 * Built from the checkout itself, the zip would hold the manifest of every development package.
 *
 * @param folder an empty folder.
 */
export const stageApp = async (folder: string): Promise<void> => {
  await mkdir(join(folder, 'dist'));
  await bundleApp(join(folder, appManifest.exports));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(appManifest, null, 2)}\n`);
  await cp(join(rootFolder, '.zapierapprc'), join(folder, '.zapierapprc'));
  // `source.zip` holds what git would: the bundle, and not the packages.
  await writeFile(join(folder, '.gitignore'), 'node_modules/\n');
  for (const location of await corePackages()) await copyPackage(location, folder);
};
