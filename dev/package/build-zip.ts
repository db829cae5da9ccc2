import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rootFolder } from './root-folder.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const command = join(rootFolder, 'node_modules/zapier-platform-cli/src/bin/run');
// What is built is complete as it is, and validating it would ask Zapier.
const flags = ['--skip-dep-install', '--skip-validation'];
const offline = { DISABLE_ZAPIER_ANALYTICS: '1', NO_UPDATE_NOTIFIER: '1' };

/**
 * Lets Zapier's own command line build a staged app: it writes `build/build.zip` and `build/source.zip` into the folder,
 * and tries whether the first can be imported.
 *
 * @throws with all that the command line said.
 */
export const buildZip = async (folder: string, environment: Environment): Promise<void> => {
  await promisify(execFile)(process.execPath, [command, 'build', ...flags], {
    cwd: folder,
    env: { ...environment, ...offline },
  });
};
