import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packageApp } from './package-app.ts';
import { rootFolder } from './root-folder.ts';

const zip = 'build/build.zip';

try {
  await packageApp(join(rootFolder, 'build'), process.env);
  const { size } = await stat(join(rootFolder, zip));
  process.stdout.write(`Packaged the app: ${zip}, ${Math.ceil(size / 1000)} kB\n`);
} catch (error) {
  process.stderr.write(`The app could not be packaged.\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
