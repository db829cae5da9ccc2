import { statSync } from 'node:fs';
import { join } from 'node:path';

const modeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mode ?? 0;

/**
 * Warns of what other users of this machine may do in the data folder: change it, or read a file that is private. Mounted
 * secrets are often open to all, so that a warning is all there is.
 */
export const findLooseModes = (folder: string, privateFiles: readonly string[]): string[] => {
  // Windows has no such modes.
  if (process.platform === 'win32') return [];
  const isOpen = (modeOf(folder) & 0o022) !== 0;
  const loose = privateFiles.map((name) => join(folder, name)).filter((path) => (modeOf(path) & 0o077) !== 0);
  return [
    ...(isOpen ? [`Other users of this machine may change the folder ${folder}. Take that from them: chmod 700.`] : []),
    ...loose.map((path) => `Other users of this machine may read ${path}. Take that from them: chmod 600.`),
  ];
};
