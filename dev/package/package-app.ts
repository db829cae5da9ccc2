import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildZip } from './build-zip.ts';
import { stageApp } from './stage-app.ts';

const zips = ['build.zip', 'source.zip'];

/**
 * Makes the two zips that `zapier-platform upload` sends, without the network: `build.zip`, which Zapier runs, and
 * `source.zip`, which it archives.
 *
 * @param into the folder for the zips; created when it is missing.
 * @param environment of the process that builds.
 */
export const packageApp = async (
  into: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'topo-for-zapier-package-'));
  try {
    await stageApp(folder);
    await buildZip(folder, environment);
    await mkdir(into, { recursive: true });
    for (const zip of zips) await cp(join(folder, 'build', zip), join(into, zip));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};
