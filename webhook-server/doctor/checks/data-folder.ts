import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { type Finding, ok, warning, wrong } from '../finding.ts';

const check = 'data folder';

const mayUse = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const nameOf = (user: number): string => (user === 0 ? 'root' : `the user ${user}`);

/** Whether the user who runs this owns the folder, alone, and may write into it. */
export const checkDataFolder = ({ dataFolder, databaseUrl }: Config): readonly Finding[] => {
  if (databaseUrl !== undefined) return [];
  const path = resolve(dataFolder);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [ok(check, `${path} is not there yet: the server makes it.`)];
  if (!found.isDirectory()) return [wrong(check, `${path} is a file. Let DATA_DIR name a folder.`)];
  if (!mayUse(path)) return [wrong(check, `The user who runs this may not write into ${path}. Give it to that user.`)];
  const user = process.getuid?.();
  if (user !== undefined && found.uid !== user) {
    const whose = `${path} belongs to ${nameOf(found.uid)}, and ${nameOf(user)} runs this.`;
    return [warning(check, `${whose} Run doctor as the user who runs the server.`)];
  }
  if (process.platform !== 'win32' && (found.mode & 0o022) !== 0)
    return [warning(check, `Other users of this machine may change ${path}. Take that from them: chmod 700.`)];
  return [ok(check, `${path} belongs to the user who runs this.`)];
};
