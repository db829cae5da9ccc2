import { execFile } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { tempFolder } from './temp-folder.ts';

const command = resolve('node_modules/zapier-platform-cli/src/bin/run');

/**
 * A project folder of its own for Zapier's command line, with the app that `npm run build` has made: what the command
 * reads and writes where it runs, such as `.env` and `zapierwrapper.js`, is not the developer's.
 */
export const builtAppFolder = (): string => {
  const folder = tempFolder();
  cpSync('package.json', join(folder, 'package.json'));
  for (const name of ['dist', 'node_modules']) symlinkSync(resolve(name), join(folder, name), 'junction');
  return folder;
};

/**
 * Runs Zapier's own command line, with nothing of the shell's environment and without an account.
 *
 * @returns what it printed.
 * @throws with what it printed, when it ends with another code than 0.
 */
export const runZapier = async (
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...args], {
    cwd: folder,
    env: { HOME: tempFolder(), DISABLE_ZAPIER_ANALYTICS: '1', NO_UPDATE_NOTIFIER: '1', ...environment },
  });
  return stdout;
};
