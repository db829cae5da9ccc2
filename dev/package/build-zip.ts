import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rootFolder } from './root-folder.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const command = join(rootFolder, 'node_modules/zapier-platform-cli/src/bin/run');
// The staged app is complete, and validating would call Zapier.
const flags = ['--skip-dep-install', '--skip-validation'];
const offline = { DISABLE_ZAPIER_ANALYTICS: '1', NO_UPDATE_NOTIFIER: '1' };

/**
 * Builds a staged app with Zapier's own command line, which writes `build/build.zip` and `build/source.zip` into the
 * folder and tries to import the first.
 *
 * @throws Error with the command line's output.
 */
export const buildZip = async (folder: string, environment: Environment): Promise<void> => {
  await promisify(execFile)(process.execPath, [command, 'build', ...flags], {
    cwd: folder,
    env: { ...environment, ...offline },
  });
};
